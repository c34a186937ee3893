Feature: Maryland's general accounts
  By January 31 a State divides all its allowances of a year among five accounts. Each has
  one use: allowances are retired, sold, awarded or offered at auction (RGGI-020 to RGGI-030).

  Background:
    Given the program "rggi-md"
    And the date is 2016-01-29
    And the facility "Luke Mill" with ORIS code 1570 in "MD" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Luke Mill"
    And the facility "Keys" with ORIS code 60302 in "MD" with the affected units "1"
    And "Kim Day" is the designated representative of "Keys"
    And the general account "Bay Brokers" with authorized account representative "Cy Dunn"
    And the budget of "MD" for 2016 is 1000 allowances, and a MWh stands for 0.5 tons

  @RGGI-020 @RGGI-025 @RGGI-028 @RGGI-030
  Scenario: A budget of 1,000 is divided among five accounts in time
    When the Administrator divides the budget of "MD" for 2016:
      | account                                   | quantity |
      | MD limited industrial exemption set-aside | 50       |
      | MD long-term contract set-aside           | 40       |
      | MD voluntary renewable set-aside          | 30       |
      | MD clean generation set-aside             | 80       |
    Then "MD limited industrial exemption set-aside" holds 50 allowances
    And "MD consumer energy efficiency" holds 800 allowances
    And the division of "MD" for 2016 is in time
    And every instrument is in exactly one account

  @RGGI-020 @RGGI-030
  Scenario: A sum of 999 or of 1,001 is refused, and so is a second division
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
      | MD consumer energy efficiency | 919      |
    Then the division is refused with "not_whole_budget"
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
      | MD consumer energy efficiency | 921      |
    Then the division is refused with "not_whole_budget"
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    And the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    Then the division is refused with "already_divided"
    And "MD consumer energy efficiency" holds 920 allowances

  @RGGI-020
  Scenario: What is divided on February 1 is late
    When the date becomes 2016-02-01
    And the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    Then the division of "MD" for 2016 is late

  @RGGI-021 @RGGI-026 @RGGI-027 @RGGI-029
  Scenario: The average of three years is retired for a source whose permit limits its exports
    When the Administrator divides the budget of "MD" for 2016:
      | account                                   | quantity |
      | MD limited industrial exemption set-aside | 99       |
    And the emissions of "Luke Mill" are reported:
      | unit | year | co2_tons |
      | 1    | 2013 | 90       |
      | 1    | 2014 | 100      |
      | 1    | 2015 | 110      |
    And "Ana Ruiz" applies for "Luke Mill" to the limited industrial exemption set-aside of 2016, exports limited to 10 percent
    And the Administrator approves the application
    Then the application is refused with "not_limited"
    Given the budget of "MD" for 2017 is 1000 allowances
    When the date becomes 2017-01-20
    And the emissions of "Luke Mill" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 90       |
    And "Ana Ruiz" applies for "Luke Mill" to the limited industrial exemption set-aside of 2017, exports limited to 9.9 percent
    And the Administrator carries out the application
    Then the application is refused with "wrong_state"
    When the Administrator approves the application
    And the Administrator carries out the application
    Then the application gave 99 allowances, 1 are missing
    And the statement of "MD limited industrial exemption set-aside" for 2017 is:
      | allocated | retired | left |
      | 0         | 99      | 0    |

  @RGGI-021
  Scenario: What the State retired for a source is not owed by the source again
    When the Administrator divides the budget of "MD" for 2016:
      | account                                   | quantity |
      | MD limited industrial exemption set-aside | 100      |
    And the emissions of "Luke Mill" are reported:
      | unit | year | co2_tons |
      | 1    | 2013 | 90       |
      | 1    | 2014 | 100      |
      | 1    | 2015 | 110      |
    And "Ana Ruiz" applies for "Luke Mill" to the limited industrial exemption set-aside of 2016, exports limited to 9.9 percent
    And the Administrator approves the application
    And the Administrator carries out the application
    Then the application gave 100 allowances
    When the date becomes 2016-03-02
    And the emissions of "Keys" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 0        |
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Luke Mill" for the interim control period 2015 is:
      | obligation | deducted | excess |
      | 55         | 0        | 55     |
    When the date becomes 2017-01-20
    And the emissions of "Luke Mill" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 120      |
    And the emissions of "Keys" are reported:
      | unit | year | co2_tons |
      | 1    | 2016 | 20       |
    And the date becomes 2017-03-02
    And the Administrator runs the interim deductions for 2016
    Then the outcome of "Luke Mill" for the interim control period 2016 is:
      | obligation | deducted | excess |
      | 0          | 0        | 0      |
    And the outcome of "Keys" for the interim control period 2016 is:
      | obligation | deducted | excess |
      | 10         | 0        | 10     |

  @RGGI-022 @RGGI-026 @RGGI-027
  Scenario: A source with a long-term contract buys at the reserve price
    When the Administrator divides the budget of "MD" for 2016:
      | account                         | quantity |
      | MD long-term contract set-aside | 100      |
    And "Kim Day" applies for "Keys" to the long-term contract set-aside of 2016 for 100 allowances with a contract
    And the Administrator approves the application
    And the Administrator carries out the application at 2.10, the reserve price 2.05
    Then the application is refused with "not_at_reserve_price"
    When the Administrator carries out the application at 2.05, the reserve price 2.05
    Then the application gave 100 allowances
    And "Keys" holds 100 allowances of vintage 2016
    And the statement of "MD long-term contract set-aside" for 2016 is:
      | allocated | sold | left |
      | 100       | 100  | 0    |

  @RGGI-022
  Scenario: Without a contract nothing is approved
    When "Kim Day" applies for "Keys" to the long-term contract set-aside of 2016 for 1 allowance without a contract
    And the Administrator approves the application
    Then the application is refused with "evidence_missing"

  @RGGI-023 @RGGI-027 @RGGI-029
  Scenario: 2,000 retired certificates retire what the account holds, and count once
    When the Administrator divides the budget of "MD" for 2016:
      | account                          | quantity |
      | MD voluntary renewable set-aside | 900      |
    And "Mia Lee" brings the open certificates "GATS-1" to "GATS-2" to the voluntary renewable set-aside of "MD" for 2016
    Then the application is refused with "certificate_not_retired"
    When "Mia Lee" brings the retired certificates "GATS-1" to "GATS-2000" to the voluntary renewable set-aside of "MD" for 2016
    And the Administrator approves the application
    And the Administrator carries out the application
    Then the application gave 900 allowances, 100 are missing
    When "Mia Lee" brings the retired certificates "GATS-2000" to "GATS-2001" to the voluntary renewable set-aside of "MD" for 2016
    Then the application is refused with "certificate_used"
    And the statement of "MD voluntary renewable set-aside" for 2016 is:
      | allocated | retired | left |
      | 900       | 900     | 0    |

  @RGGI-024 @RGGI-031
  Scenario: A new source with a finding of best technology is awarded allowances
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    And "Kim Day" applies for "Keys" to the clean generation set-aside of 2016 for 80 allowances, in service since 2015-06-01, with a permit finding
    And the Administrator approves the application
    And the Administrator carries out the application
    Then "Keys" holds 80 allowances of vintage 2016

  @RGGI-024
  Scenario: An old source gets none
    When "Kim Day" applies for "Keys" to the clean generation set-aside of 2016 for 80 allowances, in service since 1999-06-01, with a permit finding
    And the Administrator approves the application
    Then the application is refused with "source_not_new"

  @RGGI-025 @RGGI-026 @RGGI-029
  Scenario: A set-aside is auctioned only after a decision has moved it
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    Then allowances of "MD clean generation set-aside" cannot be used to "auction"
    And allowances of "MD limited industrial exemption set-aside" cannot be used to "award"
    When the Administrator moves 80 allowances of vintage 2016 from "MD clean generation set-aside" to "MD consumer energy efficiency" because "nobody applied"
    Then the statement of "MD consumer energy efficiency" for 2016 is:
      | allocated | moved_in | left |
      | 920       | 80       | 1000 |

  @RGGI-028
  Scenario: What a State's account holds covers no source's emissions
    When the Administrator divides the budget of "MD" for 2016:
      | account                       | quantity |
      | MD clean generation set-aside | 80       |
    And the emissions of "Keys" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 20       |
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then the outcome of "Keys" for the interim control period 2015 is:
      | obligation | deducted | excess |
      | 10         | 0        | 10     |
    And "MD consumer energy efficiency" holds 920 allowances

  @RGGI-003
  Scenario: An allowance of one State that a source in another surrendered says both
    Given the facility "Astoria" with ORIS code 8906 in "NY" with the affected units "1"
    And "Nia Orr" is the designated representative of "Astoria"
    And the budget of "NY" for 2015 is 500 allowances
    And the budget of "MD" for 2015 is 1000 allowances
    When the Administrator divides the budget of "MD" for 2015:
      | account                         | quantity |
      | MD long-term contract set-aside | 200      |
    And the Administrator divides the budget of "NY" for 2015:
      | account                       | quantity |
      | NY consumer energy efficiency | 500      |
    And "Kim Day" applies for "Keys" to the long-term contract set-aside of 2015 for 200 allowances with a contract
    And the Administrator approves the application
    And the Administrator carries out the application at 2.05, the reserve price 2.05
    And "Kim Day" transfers 150 allowances of vintage 2015 from "Keys" to "Astoria" at 5.00, traded on 2016-01-29
    And the emissions of "Astoria" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 200      |
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then the budgets of the States are:
      | issued_by | issued | used_in |
      | MD        | 1000   | NY 100  |
      | NY        | 500    |         |
