Feature: Nothing is made, lost or doubled
  40 CFR 62.16220(c)(4) and 62.16235 as proposed at 80 FR 64966: for each vintage
  and jurisdiction the number created is the number in all accounts, retirement
  included, at all times.

  @MASS-169 @MASS-049 @PLAT-001 @PLAT-041
  Scenario: A whole period in two States, with all that can happen to an allowance
    Given the program "cpp-mass"
    And the date is 2021-05-03
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And the facility "Naughton" with ORIS code 4162 in "WY" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Nat Orr" is the designated representative of "Naughton"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    When the Administrator originates the budget of "AL" for 2022
    And the Administrator originates the budget of "WY" for 2022
    Then every instrument is in exactly one account
    When the date becomes 2021-06-01
    And the Administrator records these allocations:
      | account  | unit | vintage | quantity |
      | Barry    | 1    | 2022    | 1000     |
      | Naughton | 1    | 2022    | 500      |
    And the Administrator records 300 allowances of vintage 2022 from "WY reserve" in "Gulf Brokers"
    Then every instrument is in exactly one account
    When "Ana Ruiz" transfers 400 allowances of vintage 2022 from "Barry" to "Naughton"
    And "Ana Ruiz" transfers 100 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    And the Administrator reverses the transfer because "wrong account"
    And "Cy Dunn" retires 50 allowances of vintage 2022 of "Gulf Brokers"
    And the Administrator ends "WY-2022-551" to "WY-2022-560" because "court order"
    Then every instrument is in exactly one account
    When the date becomes 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 700      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    And the emissions of "Naughton" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 250.5    |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    And the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    And "Nat Orr" transfers 50 allowances of vintage 2022 from "Naughton" to "Barry"
    And the date becomes 2025-09-02
    And the emissions of "Naughton" unit "1" for 2022 are adjusted to 240 after audit
    Then the outcome of "Barry" for 2022-2024 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 700        | 600      | 100    | 200        | 50              | 150         |
    And "Naughton" is in compliance for 2022-2024
    And "AL reserve" holds 59732940 allowances of vintage 2022
    And "AL renewable energy set-aside" holds 3308224 allowances of vintage 2022
    And "AL early action set-aside" holds 3122306 allowances of vintage 2022
    And "WY reserve" holds 33496949 allowances of vintage 2022
    And "WY renewable energy set-aside" holds 1926425 allowances of vintage 2022
    And "WY early action set-aside" holds 3104324 allowances of vintage 2022
    And "Barry" holds 0 allowances
    And "Naughton" holds 610 allowances
    And "Gulf Brokers" holds 240 allowances
    And "retirement" holds 950 allowances
    And every instrument is in exactly one account
