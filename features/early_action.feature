Feature: Early action in 2020 and 2021
  40 CFR 62.16431 and 62.16231 as proposed at 80 FR 64966: for every two MWh of wind or
  sun one instrument and one to match it, for two MWh saved in low-income communities two
  and two. It is switched off until the Administrator has set what the rule leaves open.

  Background:
    Given the program "cpp-rate"
    And the date is 2022-03-01
    And the general account "Sand Hill" with authorized account representative "Fay Ito"

  @RATE-222 @RATE-223
  Scenario: Wind and sun that began after September 6 of 2018, and MWh of 2020 and 2021
    When "Fay Ito" applies for early action of "Sand Hill", "geothermal" begun on 2018-09-07
    Then the request is refused with "kind_not_rewarded"
    When "Fay Ito" applies for early action of "Sand Hill", "wind" begun on 2018-09-06
    Then the request is refused with "started_too_early"
    When "Fay Ito" applies for early action of "Sand Hill", "wind" begun on 2018-09-07
    And early action earns 1 ERCs a MWh in "TX"
    And the Administrator awards early action to "Sand Hill" in "TX" for 100 MWh of "wind" in 2022
    Then the request is refused with "year_not_rewarded"

  @RATE-224
  Scenario: An odd MWh of wind earns nothing
    Given early action earns 1 ERCs a MWh in "TX"
    When the Administrator awards early action to "Sand Hill" in "TX" for 1001 MWh of "wind" in 2020
    Then "Sand Hill" was awarded 500 early and 500 matching ERCs for 2020
    And "Sand Hill" holds 500 ERCs of vintage 2020
    And "TX-2022-CEA-500" is held by "Sand Hill"
    And "TX-2022-CEM-500" is held by "Sand Hill"

  @RATE-225
  Scenario: Two for two of what low-income communities save
    Given early action earns 1 ERCs a MWh in "TX"
    When the Administrator awards early action to "Sand Hill" in "TX" for 1001 MWh of "low-income efficiency" in 2021
    Then "Sand Hill" was awarded 1000 early and 1000 matching ERCs for 2021
    And "Sand Hill" holds 2000 ERCs

  @RATE-227
  Scenario: When nothing is left to match with, early action goes on
    Given early action earns 1 ERCs a MWh in "TX"
    And the matching pool of "TX" is 240 tons
    When the Administrator awards early action to "Sand Hill" in "TX" for 1000 MWh of "wind" in 2020
    Then "Sand Hill" was awarded 500 early and 120 matching ERCs for 2020

  @RATE-228
  Scenario: Without a mechanism that offsets it nothing is issued
    Given early action in "TX" has no mechanism that offsets it
    When the Administrator awards early action to "Sand Hill" in "TX" for 1000 MWh of "wind" in 2020
    Then the request is refused with "switched_off"
    And "Sand Hill" holds 0 ERCs

  @RATE-229
  Scenario: Each reserve matches its own projects until it is shared out anew
    Given early action earns 1 ERCs a MWh in "TX"
    And the matching pool of "TX" is 200 tons
    When the Administrator awards early action to "Sand Hill" in "TX" for 1000 MWh of "wind" in 2020
    Then "Sand Hill" was awarded 500 early and 100 matching ERCs for 2020
    When the Administrator moves 101 of the matching pool of "TX" to the renewable reserve
    Then the request is refused with "over_reserve"
    When the Administrator moves 100 of the matching pool of "TX" to the renewable reserve
    And the Administrator awards early action to "Sand Hill" in "TX" for 1000 MWh of "wind" in 2021
    Then "Sand Hill" was awarded 500 early and 100 matching ERCs for 2021

  @RATE-230
  Scenario: What is unused on January 1 of 2023 is retired
    Given early action earns 1 ERCs a MWh in "TX"
    And the matching pool of "TX" is 4000 tons
    When the date becomes 2022-12-31
    And the Administrator retires the unused matching ERCs
    Then the request is refused with "matching_runs"
    When the date becomes 2023-01-01
    And the Administrator retires the unused matching ERCs
    Then "TX-2022-CEM-1" is retired
    And "TX-2022-CEM-4000" is retired
    When the date becomes 2023-01-02
    And the Administrator awards early action to "Sand Hill" in "TX" for 1000 MWh of "wind" in 2020
    Then the request is refused with "matching_ended"

  @RATE-231
  Scenario: Credits of 2020 count for the first compliance period
    Given the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type  | net_summer_mw |
      | 1    | steam | 500           |
    And "Ana Ruiz" is the designated representative of "Cane"
    And early action earns 1 ERCs a MWh in "TX"
    When the Administrator awards early action to "Sand Hill" in "TX" for 200 MWh of "wind" in 2020
    And "Fay Ito" transfers "TX-2022-CEA-1" to "TX-2022-CEA-100" from "Sand Hill" to "Cane/1"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 167100 | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then "Cane/1" is in compliance for 2022-2024
    And "TX-2022-CEA-100" is retired

  @MASS-094 @MASS-095 @MASS-096
  Scenario: Allowances at 0.8 for a MWh come out of the State's set-aside
    Given the program "cpp-mass"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And early action earns 0.8 allowances a MWh in "AL"
    When the Administrator awards early action to "Gulf Brokers" in "AL" for 10000 MWh of "wind" in 2020
    Then "Gulf Brokers" was awarded 4000 early and 4000 matching allowances for 2020
    And "Gulf Brokers" holds 8000 allowances
    When the Administrator awards early action to "Coast Homes" in "AL" for 10000 MWh of "low-income efficiency" in 2021
    Then "Coast Homes" was awarded 8000 early and 8000 matching allowances for 2021

  @MASS-097
  Scenario: A match that the pool cannot give is cut, and the rest is retired in 2023
    Given the program "cpp-mass"
    And early action earns 1 allowances a MWh in "AL"
    And the matching pool of "AL" is 2000 tons
    When the Administrator awards early action to "Gulf Wind" in "AL" for 2400 MWh of "wind" in 2020
    Then "Gulf Wind" was awarded 1200 early and 1000 matching allowances for 2020
    When the date becomes 2023-01-01
    And the Administrator retires the unused matching allowances
    Then "AL-2022-CEM-1001" is retired
    And "AL-2022-CEM-1000" is held by "Gulf Wind"

  @MASS-099
  Scenario: What is left after all awards goes to the State's units
    Given the program "cpp-mass"
    And the early action set-aside of "AL" for 2022 is 22257
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 5000     |
      | Barry   | 2    | 2022    | 3000     |
    When the Administrator divides what is left of early action in "AL"
    Then "Barry" holds 30257 allowances of vintage 2022
    When the Administrator divides what is left of early action in "AL"
    Then the request is refused with "nothing_left"

  @MASS-100
  Scenario: An award can be sold, and used in a later period
    Given the program "cpp-mass"
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And early action earns 0.8 allowances a MWh in "AL"
    When the Administrator awards early action to "Gulf Brokers" in "AL" for 10000 MWh of "wind" in 2020
    And the date becomes 2022-06-01
    And "Cy Dunn" transfers 100 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    And the date becomes 2034-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2032 | 60       |
      | 1    | 2033 | 40       |
    And the date becomes 2034-05-02
    And the Administrator runs the deductions for 2032-2033
    Then "Barry" is in compliance for 2032-2033
    And "Barry" holds 0 allowances
