Feature: Control periods and interim control periods, as Maryland runs RGGI
  Half of the emissions of the first two years is due on the March 1 after each, the rest
  at the end of the three years, net of what was surrendered before. What is missing is
  owed at 3:1, and what is not needed is kept for later (RGGI-010 to RGGI-018).

  Background:
    Given the program "rggi-md"
    And the date is 2015-01-05
    And the facility "Chalk Point" with ORIS code 1571 in "MD" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Chalk Point"
    And the general account "Bay Brokers" with authorized account representative "Cy Dunn"

  @RGGI-011 @RGGI-012 @RGGI-013 @RGGI-016 @RGGI-017 @RGGI-018 @RGGI-034
  Scenario: The end-to-end example of the catalogue, section 7
    When the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Chalk Point | 1    | 2014    | 700      |
      | Chalk Point | 1    | 2015    | 600      |
    And the date becomes 2016-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 1000     |
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Chalk Point" for the interim control period 2015 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 500        | 500      | 0      | 0          | 0               | 0           |
    And "Chalk Point" holds 800 allowances
    When the date becomes 2017-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 1200     |
    And the date becomes 2017-03-02
    And the Administrator runs the interim deductions for 2016
    Then the outcome of "Chalk Point" for the interim control period 2016 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 600        | 600      | 0      | 0          | 0               | 0           |
    And "Chalk Point" holds 200 allowances
    When the date becomes 2017-12-06
    And an auction "38" of 1700 allowances of vintage 2017 from "MD consumer energy efficiency" with reserve price 2.05
    And "Ana Ruiz" bids 1700 allowances at 4.00 in auction "38" for "Chalk Point"
    And auction "38" closes
    Then "Chalk Point" holds 1900 allowances
    When the date becomes 2018-01-22
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 900      |
    Then the obligation of "Chalk Point" for 2015-2017 is 2000
    And "Chalk Point" is short of 100 allowances for 2015-2017
    When the date becomes 2018-03-02
    And the Administrator runs the deductions for 2015-2017
    Then the outcome of "Chalk Point" for 2015-2017 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 2000       | 1900     | 100    | 300        | 0               | 300         |
    And "Chalk Point" is not in compliance for 2015-2017
    And "Chalk Point" holds 0 allowances
    When the date becomes 2018-03-20
    And the Administrator records 350 allowances of vintage 2018 from "MD reserve" in "Bay Brokers"
    And "Cy Dunn" transfers 350 allowances of vintage 2018 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2018-03-19
    Then the transfer is recorded
    And the outcome of "Chalk Point" for 2015-2017 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 2000       | 1900     | 100    | 300        | 300             | 0           |
    And "Chalk Point" holds 50 allowances
    And "retirement" holds 3300 allowances

  @RGGI-011 @RGGI-016
  Scenario: What is missing at an interim deadline is owed at 3:1, and counts once at the end
    When the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Chalk Point | 1    | 2015    | 400      |
    And the date becomes 2016-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 1000     |
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Chalk Point" for the interim control period 2015 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 500        | 400      | 100    | 300        | 0               | 300         |
    When the Administrator records 900 allowances of vintage 2016 from "MD reserve" in "Bay Brokers"
    And "Cy Dunn" transfers 299 allowances of vintage 2016 from "Bay Brokers" to "Chalk Point"
    Then the outcome of "Chalk Point" for the interim control period 2015 is:
      | excess_deducted | outstanding |
      | 299             | 1           |
    When "Cy Dunn" transfers 601 allowances of vintage 2016 from "Bay Brokers" to "Chalk Point"
    Then the outcome of "Chalk Point" for the interim control period 2015 is:
      | excess_deducted | outstanding |
      | 300             | 0           |
    When the date becomes 2018-01-22
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 0        |
      | 1    | 2017 | 0        |
    And the date becomes 2018-03-02
    And the Administrator runs the deductions for 2015-2017
    Then the outcome of "Chalk Point" for 2015-2017 is:
      | obligation | deducted | excess | excess_due |
      | 500        | 500      | 0      | 0          |
    And "Chalk Point" is in compliance for 2015-2017
    And "Chalk Point" holds 100 allowances

  @RGGI-012
  Scenario: What arrives on March 2 does not count
    When the Administrator records 600 allowances of vintage 2015 from "MD reserve" in "Bay Brokers"
    And the date becomes 2016-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 400      |
    And the date becomes 2016-03-01
    And the Administrator runs the interim deductions for 2015
    Then the deductions are refused with "deadline_not_passed"
    When the date becomes 2016-03-02
    And "Cy Dunn" transfers 600 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point"
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Chalk Point" for the interim control period 2015 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 200        | 0        | 200    | 600        | 600             | 0           |

  @RGGI-034
  Scenario: The certification report is due on March 1 of each source
    Given the facility "Wagner" with ORIS code 1554 in "MD" with the affected units "3"
    And "Gil Orr" is the designated representative of "Wagner"
    When the date becomes 2016-03-01
    And "Ana Ruiz" files the certification report of "Chalk Point" for 2015
    Then the certification report of "Chalk Point" for 2015 is filed
    And the certification report of "Wagner" for 2015 is not due
    When the date becomes 2016-03-02
    Then the certification report of "Wagner" for 2015 is missing
    When "Gil Orr" files the certification report of "Wagner" for 2015
    Then the certification report of "Wagner" for 2015 is late
    When "Gil Orr" files the certification report of "Chalk Point" for 2015
    Then the request is refused with "not_authorized"
    When "Ana Ruiz" files the certification report of "Chalk Point" for 2015-2017
    Then the request is refused with "period_not_over"

  @RGGI-003
  Scenario: Budgets of the States are kept apart in one market
    Given the facility "Ravenswood" with ORIS code 2500 in "NY" with the affected units "30"
    And "Gil Orr" is the designated representative of "Ravenswood"
    When the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Chalk Point | 1    | 2015    | 1000     |
      | Ravenswood  | 30   | 2015    | 500      |
    And "Ana Ruiz" transfers 400 allowances of vintage 2015 from "Chalk Point" to "Ravenswood"
    And the date becomes 2016-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 0        |
    And the emissions of "Ravenswood" are reported:
      | unit | year | co2_tons |
      | 30   | 2015 | 1800     |
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then "NY" used 500 allowances that "NY" issued, for 2015
    And "NY" used 400 allowances that "MD" issued, for 2015
    And "MD" used 0 allowances that "MD" issued, for 2015
