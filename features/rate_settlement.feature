Feature: Settlement of affected EGUs by a rate-based emission standard
  40 CFR 62.16420(c) and 62.16535 as proposed at 80 FR 64966: what is needed is
  the fewest whole credits that bring the rate down to the standard, each
  affected EGU by itself; twice what is missing is owed.

  Background:
    Given the program "cpp-rate"
    And the date is 2022-01-03
    And the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | steam          | 500           |
      | 2    | combined_cycle | 640           |
    And "Ana Ruiz" is the designated representative of "Cane"

  @RATE-019 @RATE-020 @RATE-023
  Scenario: The fewest whole credits, and the rate without them
    When the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2022 | 1671000000 | 900000  |
      | 2023 | 0          | 0       |
      | 2024 | 0          | 0       |
    Then "Cane/1" needs 100000 ERCs for 2022-2024
    And the adjusted rate of "Cane/1" for 2022-2024 is 1856.667 lb/MWh
    And "Cane/1" is short of 100000 ERCs for 2022-2024

  @RATE-193 @RATE-195 @RATE-198
  Scenario: Twice the shortfall is owed after the deadline of the third of November
    When the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 167100 | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And the date becomes 2025-11-02
    And the Administrator runs the deductions for 2022-2024
    Then the deductions are refused with "deadline_not_passed"
    When the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Cane/1" for 2022-2024 is:
      | needed | deducted | shortfall | excess_due | excess_deducted | outstanding |
      | 100    | 0        | 100       | 200        | 0               | 200         |
    And "Cane/1" is not in compliance for 2022-2024
    And "Cane/2" is left out of the deductions for 2022-2024 with "emissions_incomplete"
