Feature: A program like California's is a file
  30 percent of a year's emissions is due in the next year, the rest at the end of three
  years; a group of owners holds no more than a limit; what is not approved in time lapses.

  Background:
    Given the program "california-like"
    And the date is 2015-03-02
    And the facility "Moss Landing" with ORIS code 260 in "CA" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Moss Landing"
    And "Bo Lee" is the alternate designated representative of "Moss Landing"
    And the identity of "Cy Dunn" has been checked
    And the identity of "Dee Fox" has been checked
    When "Cy Dunn" applies for the general account "First":
      | representatives | alternates | owners    |
      | Cy Dunn         | Dee Fox    | Child One |
    And "Olga Ray" approves the application for "First"
    And "Cy Dunn" applies for the general account "Second":
      | representatives | alternates | owners    |
      | Cy Dunn         | Dee Fox    | Child Two |
    And "Olga Ray" approves the application for "Second"
    And "Parent" holds 60 percent of "Child One" since 2015-01-01
    And "Parent" holds 60 percent of "Child Two" since 2015-01-01
    And the Administrator records these allocations:
      | account      | unit | vintage | quantity |
      | Moss Landing | 1    | 2015    | 20000000 |

  @PLAT-112 @PLAT-019
  Scenario: A group holds no more than the limit, to the last allowance, when it is submitted
    When "Ana Ruiz" transfers 11000000 allowances of vintage 2015 from "Moss Landing" to "First"
    And "Bo Lee" approves the transfer
    And "Cy Dunn" accepts the transfer
    Then the transfer is recorded
    When "Ana Ruiz" transfers 737501 allowances of vintage 2015 from "Moss Landing" to "Second"
    Then the transfer is refused with "holding_limit_exceeded"
    When "Ana Ruiz" transfers 737500 allowances of vintage 2015 from "Moss Landing" to "Second"
    And "Bo Lee" approves the transfer
    And "Cy Dunn" accepts the transfer
    Then the transfer is recorded
    When "Ana Ruiz" transfers 1 allowances of vintage 2015 from "Moss Landing" to "First"
    Then the transfer is refused with "holding_limit_exceeded"
    When "Cy Dunn" transfers 1000000 allowances of vintage 2015 from "First" to "Second"
    And "Dee Fox" approves the transfer
    And "Cy Dunn" accepts the transfer
    Then the transfer is recorded
    And "Second" holds 1737500 allowances
    When "Cy Dunn" transfers 500 allowances of vintage 2015 from "Second" to "Moss Landing"
    And "Dee Fox" approves the transfer
    And "Ana Ruiz" accepts the transfer
    And "Ana Ruiz" transfers 500 allowances of vintage 2015 from "Moss Landing" to "First"
    Then the transfer is awaiting approval

  @PLAT-112 @PLAT-094
  Scenario: What fitted when it was submitted is asked again when it is recorded
    When "Cy Dunn" applies for the general account "Third":
      | representatives | alternates | owners |
      | Cy Dunn         | Dee Fox    | Apart  |
    And "Olga Ray" approves the application for "Third"
    And "Ana Ruiz" transfers 6000000 allowances of vintage 2015 from "Moss Landing" to "Third"
    And "Bo Lee" approves the transfer
    And "Cy Dunn" accepts the transfer
    And "Ana Ruiz" transfers 6000000 allowances of vintage 2015 from "Moss Landing" to "Second"
    And "Bo Lee" approves the transfer
    Then the transfer is awaiting acceptance
    When "Parent" holds 51 percent of "Apart" since 2015-03-02
    And "Cy Dunn" accepts the transfer
    Then the transfer is refused with "holding_limit_exceeded"
    And "Second" holds 0 allowances
    And "Moss Landing" holds 14000000 allowances

  @PLAT-094
  Scenario: A second representative has two days, and the receiver three
    When the time becomes 2015-03-03 10:00
    And "Ana Ruiz" transfers 100 allowances of vintage 2015 from "Moss Landing" to "First"
    Then the transfer is awaiting approval
    When the time becomes 2015-03-05 10:01
    Then the transfer is expired
    When "Bo Lee" approves the transfer
    Then the request is refused with "expired"
    When the time becomes 2015-03-10 10:00
    And "Ana Ruiz" transfers 100 allowances of vintage 2015 from "Moss Landing" to "First"
    And "Bo Lee" approves the transfer
    Then the transfer is awaiting acceptance
    When the time becomes 2015-03-13 09:59
    Then the transfer is awaiting acceptance
    When the time becomes 2015-03-13 10:01
    Then the transfer is rejected
    And "Ana Ruiz" is notified of "transfer_rejected"
    And "Moss Landing" holds 20000000 allowances
    When "Ana Ruiz" transfers 100 allowances of vintage 2015 from "Moss Landing" to "First"
    And "Bo Lee" approves the transfer
    And "Cy Dunn" accepts the transfer
    Then the transfer is recorded

  @RGGI-014
  Scenario: 30 percent of the year before is due each year, and the rest after three
    When the date becomes 2016-02-01
    And the emissions of "Moss Landing" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 1000     |
    And the date becomes 2016-11-02
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Moss Landing" for the interim control period 2015 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 300        | 300      | 0      | 0          | 0               | 0           |
    When the date becomes 2018-02-01
    And the emissions of "Moss Landing" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 2000     |
      | 1    | 2017 | 500      |
    And the Administrator runs the interim deductions for 2016
    Then the outcome of "Moss Landing" for the interim control period 2016 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 600        | 600      | 0      | 0          | 0               | 0           |
    When the date becomes 2018-11-02
    And the Administrator runs the deductions for 2015-2017
    Then the outcome of "Moss Landing" for 2015-2017 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 2600       | 2600     | 0      | 0          | 0               | 0           |
    And "Moss Landing" holds 19996500 allowances
