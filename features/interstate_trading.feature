Feature: Trading between States on one installation
  Preamble III.A.1 and V.A, 40 CFR 62.16235(b) (80 FR 64966): allowances of any covered
  State count in any other; budgets and compliance are kept apart by State.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And the facility "Cane" with ORIS code 1363 in "KY" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Kim Day" is the designated representative of "Cane"

  @MASS-048 @MASS-054 @PLAT-092
  Scenario: A State that emits more than it allocated imports, and settles by itself
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 20       |
      | Cane    | 1    | 2022    | 100      |
    And "Kim Day" transfers 30 allowances of vintage 2022 from "Cane" to "Barry"
    Then "Barry" holds 50 allowances
    When the date becomes 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 50       |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    And the emissions of "Cane" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 40       |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    And the date becomes 2025-05-20
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Barry" for 2022-2024 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 50         | 50       | 0      | 0          | 0               | 0           |
    And trade between States for 2022-2024 was:
      | state | own | imported | exported | net_imports |
      | AL    | 20  | 30       | 0        | 30          |
      | KY    | 40  | 0        | 30       | -30         |
    And "KY reserve" holds 67966526 allowances of vintage 2022

  @MASS-072 @RATE-217 @PLAT-091
  Scenario: What a State issues under its own plan counts once it is linked
    When "KY" submits a plan of its own on 2020-02-10
    And the plan of "KY" is approved on 2021-06-01, in effect from 2025-01-01
    And the date becomes 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Cane    | 1    | 2025    | 100      |
    And "Kim Day" transfers 30 allowances of vintage 2025 from "Cane" to "Barry"
    And the date becomes 2028-02-01
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2025 | 30       |
      | 1    | 2026 | 0        |
      | 1    | 2027 | 0        |
    And the date becomes 2028-05-20
    And the Administrator runs the deductions for 2025-2027
    Then the outcome of "Barry" for 2025-2027 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 30         | 0        | 30     | 60         | 0               | 60          |

  @MASS-072 @RATE-217
  Scenario: Linked, it counts like any other
    When "KY" submits a plan of its own on 2020-02-10
    And the plan of "KY" is approved on 2021-06-01, in effect from 2025-01-01
    And "KY" is linked from 2025-01-01
    And the date becomes 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Cane    | 1    | 2025    | 100      |
    And "Kim Day" transfers 30 allowances of vintage 2025 from "Cane" to "Barry"
    And the date becomes 2028-02-01
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2025 | 30       |
      | 1    | 2026 | 0        |
      | 1    | 2027 | 0        |
    And the date becomes 2028-05-20
    And the Administrator runs the deductions for 2025-2027
    Then the outcome of "Barry" for 2025-2027 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 30         | 30       | 0      | 0          | 0               | 0           |
