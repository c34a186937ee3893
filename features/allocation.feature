Feature: Budgets and allocations of a mass-based program
  40 CFR 62.16235, 62.16240 and 62.16325 as proposed at 80 FR 64966: a State's
  allowances of a vintage are created once, numbered from 1, and no more are
  allocated than there are.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-05-03
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Gil Orr" is the designated representative of "Gaston"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"

  @MASS-032 @MASS-049 @MASS-050 @MASS-052 @MASS-053
  Scenario: A budget is numbered from 1: the units' part, then the set-asides
    When the Administrator originates the budget of "AL" for 2022
    Then "AL reserve" holds 59733940 allowances
    And "AL renewable energy set-aside" holds 3308224 allowances of vintage 2022
    And "AL output-based set-aside" holds 0 allowances
    And "AL early action set-aside" holds 3122306 allowances
    And "AL-2022-1" is held by "AL reserve"
    And "AL-2022-59733940" is held by "AL reserve"
    And "AL-2022-59733941" is held by "AL renewable energy set-aside"
    And "AL-2022-63042164" is held by "AL renewable energy set-aside"
    And "AL-2022-63042165" is held by "AL early action set-aside"
    And "AL-2022-66164470" is held by "AL early action set-aside"
    And the history of "AL-2022-66164470" is:
      | date       | event      | from | to                       |
      | 2021-05-03 | originated |      | AL early action set-aside |
    When the Administrator originates the budget of "AL" for 2022
    Then the request is refused with "already_originated"

  @MASS-051
  Scenario: From 2025 there is an output-based set-aside between the other two
    Given the date is 2024-06-03
    When the Administrator originates the budget of "AL" for 2025
    Then "AL output-based set-aside" holds 4185496 allowances
    And "AL-2025-53687529" is held by "AL renewable energy set-aside"
    And "AL-2025-56733478" is held by "AL output-based set-aside"
    And "AL-2025-60918973" is held by "AL output-based set-aside"

  @MASS-062
  Scenario: A set-aside of another size takes from the units' part
    Given the renewable energy set-aside of "AL" for 2022 is 4000000
    When the Administrator originates the budget of "AL" for 2022
    Then "AL renewable energy set-aside" holds 4000000 allowances
    And "AL reserve" holds 59042164 allowances
    And "AL-2022-59042165" is held by "AL renewable energy set-aside"

  @MASS-057 @PLAT-060
  Scenario: One more than the budget is refused, and nothing is recorded
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 59733940 |
      | Gaston  | 5    | 2022    | 1        |
    Then the allocations are refused with "over_budget"
    And "Barry" holds 0 allowances
    And "AL reserve" holds 0 allowances
    When the Administrator records these allocations:
      | account | vintage | quantity |
      | Barry   | 2022    | 59733940 |
    Then "Barry" holds 59733940 allowances of vintage 2022
    And "AL reserve" holds 0 allowances
    And "AL renewable energy set-aside" holds 3308224 allowances

  @MASS-057
  Scenario: Allocations may be a part and late; the lowest numbers go first
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Gaston  | 5    | 2022    | 30       |
      | Barry   | 2    | 2022    | 20       |
      | Barry   | 1    | 2023    | 10       |
    And the date becomes 2023-02-01
    And the Administrator records 100 allowances of vintage 2022 from "AL reserve" in "Gulf Brokers"
    Then "AL-2022-30" is held by "Gaston"
    And "AL-2022-31" is held by "Barry"
    And "AL-2023-1" is held by "Barry"
    And "AL-2022-51" is held by "Gulf Brokers"
    And "AL-2022-150" is held by "Gulf Brokers"
    And "AL-2022-151" is held by "AL reserve"
    And "Gulf Brokers" holds 100 allowances

  @MASS-058 @MASS-059
  Scenario: Allocations of a period are recorded one period at a time
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2024    | 10       |
      | Barry   | 1    | 2025    | 10       |
    Then the allocations are refused with "one_period_at_a_time"
    And "Barry" holds 0 allowances

  @MASS-046
  Scenario: Whole allowances only
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 10.5     |
    Then the allocations are refused with "not_whole_number"
    When the Administrator records 0 allowances of vintage 2022 from "AL reserve" in "Gulf Brokers"
    Then the allocations are refused with "not_whole_number"
    When the Administrator records -5 allowances of vintage 2022 from "AL reserve" in "Gulf Brokers"
    Then the allocations are refused with "not_whole_number"
    And "AL reserve" holds 0 allowances

  Scenario: An allocation to an account that is not there
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 10       |
      | Nobody  | 1    | 2022    | 10       |
    Then the allocations are refused with "unknown_account"
    And "Barry" holds 0 allowances

  @MASS-056
  Scenario: The historical-generation formula, with a unit that was new
    Given the facility "Theodore" with ORIS code 7721 in "AL" with the affected units:
      | unit | type           | net_summer_mw |
      | G1   | combined_cycle | 500           |
    And "Ted Bay" is the designated representative of "Theodore"
    And the net generation of 2010 to 2012 in "AL":
      | account  | unit | 2010     | 2011     | 2012     |
      | Barry    | 1    | 10000000 | 12000000 | 11000000 |
      | Gaston   | 5    | 0        | 5000000  | 6000000  |
      | Theodore | G1   |          |          |          |
    When the date becomes 2021-06-01
    And the Administrator records the allocations of "AL" for 2022-2024
    Then "Barry" holds 34749238 allowances of vintage 2022
    And "Gaston" holds 17374619 allowances of vintage 2023
    And "Theodore" holds 7610083 allowances of vintage 2024
    And "Theodore" holds 22830249 allowances
    And "AL reserve" holds 0 allowances
    And "AL-2022-34749239" is held by "Gaston"

  @MASS-063 @MASS-065
  Scenario: What a unit that was not affected was allocated is taken back, and claimed where it is gone
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 100      |
    And "Ana Ruiz" transfers 60 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    And the Administrator finds that "Barry" unit "1" was not an affected EGU
    Then "Barry" holds 0 allowances
    And the Administrator claims 60 allowances of "Barry"
    And "AL-2022-61" is held by "AL renewable energy set-aside"
    When "Cy Dunn" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the Administrator claims 50 allowances of "Barry"
    And "Barry" holds 0 allowances
