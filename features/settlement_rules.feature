Feature: What decides a settlement besides first in, first out
  40 CFR 62.16220, 62.16340, 62.16350 and 62.16370 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Gil Orr" is the designated representative of "Gaston"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 100      |
      | Barry   | 1    | 2023    | 100      |
      | Gaston  | 5    | 2022    | 200      |

  @MASS-137
  Scenario: Serial numbers asked for in time go first
    Given the date is 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 120      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 0        |
      | 2    | 2023 | 0        |
      | 2    | 2024 | 0        |
    When "Ana Ruiz" asks that "AL-2023-51" to "AL-2023-100" be deducted first for "Barry" for 2022-2024
    And "Ana Ruiz" asks that "AL-2022-91" to "AL-2022-150" be deducted first for "Barry" for 2022-2024
    And the time becomes 2025-05-02 00:00
    And "Ana Ruiz" asks that "AL-2023-1" to "AL-2023-50" be deducted first for "Barry" for 2022-2024
    And the Administrator runs the deductions for 2022-2024
    Then these blocks of "Barry" were deducted for 2022-2024, in order:
      | first      | last        | ground    |
      | AL-2023-51 | AL-2023-100 | emissions |
      | AL-2022-91 | AL-2022-100 | emissions |
      | AL-2022-1  | AL-2022-60  | emissions |

  @MASS-137
  Scenario: Only the facility's own people ask
    When "Gil Orr" asks that "AL-2022-1" to "AL-2022-10" be deducted first for "Barry" for 2022-2024
    Then the request is refused with "not_authorized"

  @MASS-154 @MASS-153 @MASS-003
  Scenario: Tons are rounded once for each unit and period, halves up
    Given the date is 2025-02-03
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 30.2     |
      | 1    | 2023 | 30.2     |
      | 1    | 2024 | 40.1     |
      | 2    | 2022 | 10.4     |
      | 2    | 2023 | 0.1      |
      | 2    | 2024 | 0        |
    Then the obligation of "Barry" for 2022-2024 is 112
    And "Barry" is short of 0 allowances for 2022-2024

  @MASS-140 @MASS-141 @PLAT-087
  Scenario: What is owed is taken as it arrives
    Given the date is 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2025    | 40       |
      | Gaston  | 5    | 2025    | 100      |
    And the date is 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 250      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 0        |
      | 2    | 2023 | 0        |
      | 2    | 2024 | 0        |
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 0        |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Barry" for 2022-2024 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 250        | 200      | 50     | 100        | 40              | 60          |
    And "Barry" is not in compliance for 2022-2024
    And "Barry" holds 0 allowances
    When the date becomes 2025-07-01
    And "Gil Orr" transfers 25 allowances of vintage 2025 from "Gaston" to "Barry"
    Then the transfer is recorded
    And "Barry" holds 0 allowances
    When "Gil Orr" transfers 50 allowances of vintage 2025 from "Gaston" to "Barry"
    Then "Barry" holds 15 allowances
    And the outcome of "Barry" for 2022-2024 is:
      | excess_due | excess_deducted | outstanding |
      | 100        | 100             | 0           |
    And these blocks of "Barry" were deducted for 2022-2024, in order:
      | first      | last        | ground    |
      | AL-2022-1  | AL-2022-100 | emissions |
      | AL-2023-1  | AL-2023-100 | emissions |
      | AL-2025-1  | AL-2025-40  | excess    |
      | AL-2025-41 | AL-2025-100 | excess    |
    And the history of "AL-2025-41" is:
      | date       | event       | from       | to         |
      | 2024-06-03 | originated  |            | AL reserve |
      | 2024-06-03 | allocated   | AL reserve | Gaston     |
      | 2025-07-01 | transferred | Gaston     | Barry      |
      | 2025-07-01 | deducted    | Barry      | retirement |

  @MASS-144 @MASS-054
  Scenario: What is left over is banked without limit
    Given the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 20       |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then "Gaston" holds 180 allowances of vintage 2022
    When the date becomes 2028-02-01
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2025 | 30       |
      | 5    | 2026 | 30       |
      | 5    | 2027 | 30       |
    And the date becomes 2028-05-02
    And the Administrator runs the deductions for 2025-2027
    Then these blocks of "Gaston" were deducted for 2025-2027, in order:
      | first       | last        | ground    |
      | AL-2022-121 | AL-2022-210 | emissions |
    And "Gaston" is in compliance for 2025-2027
    And "Gaston" holds 90 allowances

  @MASS-134 @MASS-143
  Scenario: Vintages of a later period cover no emissions
    Given the date is 2024-06-03
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Gaston  | 5    | 2025    | 300      |
    And the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 201      |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    Then "Gaston" is short of 1 allowances for 2022-2024
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Gaston" for 2022-2024 is:
      | obligation | deducted | excess | excess_due | excess_deducted | outstanding |
      | 201        | 200      | 1      | 2          | 2               | 0           |
    And "Gaston" is not in compliance for 2022-2024
    And "Gaston" holds 298 allowances of vintage 2025

  @MASS-015
  Scenario: A deadline on a Saturday is that of the next business day
    Given the date is 2029-06-01
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2030    | 100      |
    And the time is 2032-05-03 23:59
    When "Ana Ruiz" transfers 10 allowances of vintage 2030 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When the Administrator runs the deductions for 2030-2031
    Then the deductions are refused with "deadline_not_passed"
    When the time becomes 2032-05-04 00:00
    And "Ana Ruiz" transfers 10 allowances of vintage 2030 from "Barry" to "Gulf Brokers"
    Then the transfer is held

  @MASS-135 @MASS-159
  Scenario: A later run settles who was left out, and nothing is deducted twice
    Given the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 40       |
      | 5    | 2023 | 0        |
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then "Gaston" is left out of the deductions for 2022-2024 with "emissions_incomplete"
    When the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2024 | 2        |
    And the Administrator runs the deductions for 2022-2024
    And the Administrator runs the deductions for 2022-2024
    Then "Gaston" is in compliance for 2022-2024
    And "Gaston" holds 158 allowances

  @MASS-146
  Scenario: An audit finds more, then less
    Given the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 100      |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    When the emissions of "Gaston" unit "5" for 2023 are adjusted to 0.4 after audit
    Then the obligation of "Gaston" for 2022-2024 is 100
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then "Gaston" holds 100 allowances
    When the date becomes 2025-09-01
    And the emissions of "Gaston" unit "5" for 2023 are adjusted to 19.6 after audit
    Then the obligation of "Gaston" for 2022-2024 is 120
    And "Gaston" holds 80 allowances
    And these blocks of "Gaston" were deducted for 2022-2024, in order:
      | first       | last        | ground    |
      | AL-2022-101 | AL-2022-220 | emissions |
    When the emissions of "Gaston" unit "5" for 2022 are adjusted to 60.4 after audit
    Then the outcome of "Gaston" for 2022-2024 is:
      | obligation | deducted | excess |
      | 80         | 80       | 0      |
    And "Gaston" holds 120 allowances
    And "AL-2022-220" is held by "Gaston"
    And the history of "AL-2022-181" is:
      | date       | event      | from       | to         |
      | 2021-06-01 | originated |            | AL reserve |
      | 2021-06-01 | allocated  | AL reserve | Gaston     |
      | 2025-05-02 | deducted   | Gaston     | retirement |
      | 2025-09-01 | adjusted   | retirement | Gaston     |

  @MASS-166 @MASS-170
  Scenario: An appeal brings allowances back
    Given the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 150      |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    When the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    And "Cy Dunn" appeals the deductions for 2022-2024 of "Gaston"
    Then the request is refused with "not_authorized"
    When "Gil Orr" appeals the deductions for 2022-2024 of "Gaston"
    And the date becomes 2025-08-01
    And the appeal is decided: 100 allowances go back to "Gaston"
    Then "Gaston" holds 150 allowances
    And "AL-2022-250" is held by "Gaston"
    And "AL-2022-150" is retired

  @PLAT-082
  Scenario: Who is short is warned on each of the days set, and nobody else
    Given the date is 2025-02-03
    And the emissions of "Gaston" are reported:
      | unit | year | co2_tons |
      | 5    | 2022 | 200      |
      | 5    | 2023 | 0        |
      | 5    | 2024 | 0        |
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 201      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 0        |
      | 2    | 2023 | 0        |
      | 2    | 2024 | 0        |
    When the date becomes 2025-03-01
    Then "Ana Ruiz" is not notified of "insufficient_holdings"
    When the date becomes 2025-03-30
    Then "Ana Ruiz" is notified of "insufficient_holdings"
    When the date becomes 2025-05-02
    Then "Gil Orr" is not notified of "insufficient_holdings"

  @MASS-151 @PLAT-071
  Scenario: Emissions that cannot be taken in
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2021 | 10       |
    Then the request is refused with "year_not_over"
    Given the date is 2023-01-10
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | -1       |
    Then the request is refused with "negative_mass"
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 9    | 2022 | 1        |
    Then the request is refused with "unknown_unit"
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 1        |
      | 1    | 2022 | 2        |
    Then the request is refused with "duplicate_record"
    And the obligation of "Barry" for 2022-2024 is 0
