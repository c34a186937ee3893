Feature: A pilot of two States is a file
  One program, one installation, two States: budgets, allocations and compliance are kept
  apart for each, an allowance of one is good in the other.

  Background:
    Given the program "two-state-pilot"
    And the date is 2026-01-05
    And the facility "Chalk Point" with ORIS code 1571 in "MD" with the affected units "1"
    And the facility "Possum Point" with ORIS code 3804 in "VA" with the affected units "6"
    And "Ana Ruiz" is the designated representative of "Chalk Point"
    And "Gil Orr" is the designated representative of "Possum Point"
    And the Administrator records these allocations:
      | account      | unit | vintage | quantity |
      | Chalk Point  | 1    | 2026    | 900      |
      | Possum Point | 6    | 2026    | 1200     |

  @PLAT-019 @PLAT-092
  Scenario: An allowance of one State covers a ton in the other
    When "Gil Orr" transfers "VA-2026-1" to "VA-2026-150" from "Possum Point" to "Chalk Point"
    Then the transfer is recorded
    When the date becomes 2027-01-20
    And the emissions of "Chalk Point" are reported:
      | unit | year | co2_tons |
      | 1    | 2026 | 1000.5   |
    And the emissions of "Possum Point" are reported:
      | unit | year | co2_tons |
      | 6    | 2026 | 1060     |
    And the date becomes 2027-04-02
    And the Administrator runs the deductions for 2026
    Then the outcome of "Chalk Point" for 2026 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 1001       | 1001     | 0      | 0          | 0               | 0           |
    And the outcome of "Possum Point" for 2026 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 1060       | 1050     | 10     | 10         | 0               | 10          |
    And "VA-2026-101" is retired
    And "VA-2026-102" is held by "Chalk Point"

  @PLAT-019 @PLAT-066
  Scenario: Each State has its own budget, and none is exceeded
    Then "MD reserve" holds 14999100 allowances
    And "VA reserve" holds 26998800 allowances
    When the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Chalk Point | 1    | 2026    | 14999101 |
    Then the allocations are refused with "over_budget"
    And "MD reserve" holds 14999100 allowances

  @PLAT-079
  Scenario: It ends with its last period
    When the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Chalk Point | 1    | 2028    | 1        |
    Then the allocations are refused with "after_program_end"
