Feature: Allocations that change: idle and modified units, mistakes, States that distribute
  40 CFR 62.16240(a)(2), (3) and (c), 62.16325(a) and (b), and preamble V.E (80 FR 64966):
  what is recorded stays; what is not yet recorded goes where the rule sends it.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"

  @MASS-060 @MASS-062
  Scenario: A unit that was idle for two calendar years loses the next open period
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2022    | 30       |
    And the date becomes 2024-02-01
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 0        |
      | 1    | 2023 | 5        |
      | 2    | 2022 | 0        |
      | 2    | 2023 | 0        |
    Then these units were idle:
      | facility | unit | years      | nothing_from |
      | Barry    | 2    | 2022, 2023 | 2025         |
    When the Administrator ends the allocations of "Barry" unit "1" because it was idle
    Then the request is refused with "not_idle"
    When the Administrator ends the allocations of "Barry" unit "2" because it was idle
    And the date becomes 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2025    | 50       |
      | Barry   | 2    | 2025    | 40       |
    Then "Barry" holds 50 allowances of vintage 2025
    And "Barry" holds 30 allowances of vintage 2022
    And "AL renewable energy set-aside" holds 3045989 allowances of vintage 2025

  @MASS-061
  Scenario: A unit that is modified loses it without waiting
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2022    | 30       |
    And the date becomes 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2025    | 40       |
    And the date becomes 2025-09-01
    And the Administrator ends the allocations of "Barry" unit "2" because it was modified
    And the date becomes 2027-06-01
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2028    | 60       |
    Then "Barry" holds 70 allowances
    And "Barry" holds 0 allowances of vintage 2028

  @MASS-063 @MASS-064 @MASS-067
  Scenario: Found before it is recorded, an allocation is not recorded
    When the Administrator ends the allocations of "Barry" unit "2" because it was not an affected EGU
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2022    | 30000    |
    Then "Barry" holds 0 allowances
    And "AL renewable energy set-aside" holds 3338224 allowances of vintage 2022

  @MASS-066
  Scenario: Found after the deductions of its period, nothing is taken back
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 2    | 2022    | 30       |
    And the date becomes 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 10       |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 0        |
      | 2    | 2023 | 0        |
      | 2    | 2024 | 0        |
    And the date becomes 2025-05-20
    And the Administrator runs the deductions for 2022-2024
    And the date becomes 2025-06-01
    And the Administrator finds that "Barry" unit "2" was not an affected EGU
    Then "Barry" holds 20 allowances
    And the Administrator claims 0 allowances of "Barry"

  @MASS-068 @MASS-070 @PLAT-061 @PLAT-062
  Scenario: A State distributes a whole period itself, up to its goal and once
    Given the date is 2023-03-01
    When "AL" submits a method of distribution for 2025-2027 on 2023-03-01
    And the method of "AL" for 2025-2027 is approved
    And the date becomes 2024-03-01
    And "AL" distributes 2025-2027 itself, dispatched 2024-03-01:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2025    | 60918974 |
      | Barry   | 1    | 2026    | 10       |
      | Barry   | 1    | 2027    | 10       |
    Then the allocations are refused with "above_goal"
    When "AL" distributes 2025-2027 itself, dispatched 2024-03-01:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2025    | 10       |
      | Barry   | 1    | 2026    | 10       |
    Then the allocations are refused with "period_not_whole"
    When "AL" distributes 2025-2027 itself, dispatched 2024-03-01:
      | account      | unit | vintage | quantity |
      | Barry        | 1    | 2025    | 60918973 |
      | Barry        | 1    | 2026    | 10       |
      | Gulf Brokers |      | 2027    | 10       |
    Then "Barry" holds 60918983 allowances
    And "Gulf Brokers" holds 10 allowances
    And "AL renewable energy set-aside" holds 0 allowances
    When "AL" distributes 2025-2027 itself, dispatched 2024-03-01:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2025    | 1        |
      | Barry   | 1    | 2026    | 1        |
      | Barry   | 1    | 2027    | 1        |
    Then the allocations are refused with "period_recorded_before"

  @MASS-069
  Scenario: A table that comes late gives way to the federal distribution
    Given the date is 2026-03-02
    When "AL" submits a method of distribution for 2028-2029 on 2026-03-02
    And the method of "AL" for 2028-2029 is approved
    And the date becomes 2027-03-04
    And "AL" distributes 2028-2029 itself, dispatched 2027-03-02:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2028    | 10       |
      | Barry   | 1    | 2029    | 10       |
    Then the allocations are refused with "table_late"
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2028    | 10       |
    Then "Barry" holds 10 allowances
