Feature: Deductions of credits, requests, twice the shortfall, audits
  40 CFR 62.16420(c) and (d), 62.16434(c)(3), 62.16535, 62.16545 and 62.16565 as proposed at
  80 FR 64966.

  Background:
    Given the program "cpp-rate"
    And the date is 2022-01-03
    And the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | steam          | 500           |
      | 2    | combined_cycle | 640           |
    And "Ana Ruiz" is the designated representative of "Cane"
    And the general account "Sand Hill" with authorized account representative "Fay Ito"

  @RATE-018
  Scenario: The sums of the period, never the mean of its years
    When the date becomes 2025-02-03
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2022 | 344000000 | 400000  |
      | 2023 | 267000000 | 300000  |
      | 2024 | 435000000 | 500000  |
    Then the adjusted rate of "Cane/2" for 2022-2024 is 871.667 lb/MWh
    And "Cane/2" needs 0 ERCs for 2022-2024

  @RATE-020 @RATE-021 @RATE-022
  Scenario: Exact integers, a rate at the standard, no output and no operation
    When the date becomes 2028-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2025 | 1800000000 | 1100000 |
      | 2026 | 0          | 0       |
      | 2027 | 0          | 0       |
    Then "Cane/1" needs 100000 ERCs for 2025-2027
    When the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2025 | 817000000 | 1000000 |
      | 2026 | 0         | 0       |
      | 2027 | 0         | 0       |
    Then "Cane/2" needs 0 ERCs for 2025-2027
    When the operation of "Cane/2" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 0      | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    Then "Cane/2" needs 0 ERCs for 2022-2024

  @RATE-026
  Scenario: What is in the owner's general account does not count
    When the date becomes 2023-06-30
    And 94555 ERCs of category "SOL" for 2022 of "TX" were issued to "Sand Hill"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2022 | 3500000000 | 2000000 |
      | 2023 | 0          | 0       |
      | 2024 | 0          | 0       |
    Then "Cane/1" needs 94555 ERCs for 2022-2024
    And "Cane/1" is short of 94555 ERCs for 2022-2024

  @RATE-195 @RATE-198 @RATE-200 @RATE-201
  Scenario: What is short is owed twice, and taken the day it arrives
    When the date becomes 2023-06-30
    And 90000 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2022 | 3500000000 | 2000000 |
      | 2023 | 0          | 0       |
      | 2024 | 0          | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Cane/1" for 2022-2024 is:
      | needed | deducted | shortfall | excess_due | excess_deducted | outstanding |
      | 94555  | 90000    | 4555      | 9110       | 0               | 9110        |
    And the adjusted rate of "Cane/1" for 2022-2024 is 1674.641 lb/MWh
    When the date becomes 2026-01-15
    And 4000 ERCs of category "WND" for 2024 of "TX" were issued to "Sand Hill"
    And "Fay Ito" transfers 4000 ERCs of vintage 2024 from "Sand Hill" to "Cane/1"
    Then the outcome of "Cane/1" for 2022-2024 is:
      | excess_due | excess_deducted | outstanding |
      | 9110       | 4000            | 5110        |
    And "Cane/1" holds 0 ERCs

  @RATE-039 @RATE-194
  Scenario: Gas-shift credits are traded by anyone and never serve a turbine
    When the date becomes 2023-06-30
    And 20000 ERCs of category "GSE" for 2022 of "KY" were issued to "Sand Hill"
    And 15000 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/2"
    And "Fay Ito" transfers 20000 ERCs of vintage 2022 from "Sand Hill" to "Cane/2"
    Then the transfer is recorded
    When the date becomes 2025-02-03
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2022 | 900000000 | 1000000 |
      | 2023 | 0         | 0       |
      | 2024 | 0         | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Cane/2" for 2022-2024 is:
      | needed | deducted | shortfall | excess_due | excess_deducted | outstanding |
      | 26226  | 15000    | 11226     | 22452      | 0               | 22452       |
    And "Cane/2" holds 20000 ERCs
    And "KY-2023-GSE-20000" is held by "Cane/2"

  @RATE-024 @RATE-025
  Scenario: Of another State, counted by a State, or retired before
    When the date becomes 2023-06-30
    And 100 ERCs of category "WND" for 2022 of "NM" were issued to "Cane/1"
    And "NM-2023-WND-1" to "NM-2023-WND-40" count toward State measures
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 83550  | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And "Ana Ruiz" asks that "NM-2023-WND-1" to "NM-2023-WND-50" be deducted first for "Cane/1" for 2022-2024
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then these blocks of "Cane/1" were deducted for 2022-2024, in order:
      | first          | last           | ground    |
      | NM-2023-WND-41 | NM-2023-WND-50 | emissions |
      | NM-2023-WND-51 | NM-2023-WND-90 | emissions |
    And "Cane/1" holds 50 ERCs
    When the date becomes 2028-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2025 | 15000  | 0       |
      | 2026 | 0      | 0       |
      | 2027 | 0      | 0       |
    And "Ana Ruiz" asks that "NM-2023-WND-41" to "NM-2023-WND-50" be deducted first for "Cane/1" for 2025-2027
    And the date becomes 2028-11-02
    And the Administrator runs the deductions for 2025-2027
    Then these blocks of "Cane/1" were deducted for 2025-2027, in order:
      | first          | last            | ground    |
      | NM-2023-WND-91 | NM-2023-WND-100 | emissions |

  @RATE-027 @RATE-028 @RATE-142 @RATE-199
  Scenario: The year of the MWh decides, for the need and for what is owed
    When the date becomes 2025-06-30
    And 10 ERCs of category "SOL" for 2024 of "TX" were issued to "Cane/1"
    And the date becomes 2025-10-01
    And 10 ERCs of category "WND" for 2025 of "TX" were issued to "Cane/1"
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 25065  | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Cane/1" for 2022-2024 is:
      | needed | deducted | shortfall | excess_due | excess_deducted | outstanding |
      | 15     | 10       | 5         | 10         | 10              | 0           |
    And these blocks of "Cane/1" were deducted for 2022-2024, in order:
      | first         | last           | ground    |
      | TX-2025-SOL-1 | TX-2025-SOL-10 | emissions |
      | TX-2025-WND-1 | TX-2025-WND-10 | excess    |

  @RATE-196
  Scenario: Sixty that were named in time, and the rest in order of arrival
    When the date becomes 2023-07-01
    And 100 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2023-08-01
    And 100 ERCs of category "WND" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 167100 | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And "Ana Ruiz" asks that "TX-2023-WND-41" to "TX-2023-WND-100" be deducted first for "Cane/1" for 2022-2024
    And the date becomes 2025-11-04
    And "Ana Ruiz" asks that "TX-2023-WND-1" to "TX-2023-WND-40" be deducted first for "Cane/1" for 2022-2024
    And the Administrator runs the deductions for 2022-2024
    Then these blocks of "Cane/1" were deducted for 2022-2024, in order:
      | first          | last            | ground    |
      | TX-2023-WND-41 | TX-2023-WND-100 | emissions |
      | TX-2023-SOL-1  | TX-2023-SOL-40  | emissions |

  @RATE-197 @RATE-202 @RATE-203
  Scenario: First in, first out, and what is over stays
    When the date becomes 2023-07-01
    And 50 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2023-08-01
    And 100 ERCs of category "WND" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 116970 | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then these blocks of "Cane/1" were deducted for 2022-2024, in order:
      | first         | last           | ground    |
      | TX-2023-SOL-1 | TX-2023-SOL-50 | emissions |
      | TX-2023-WND-1 | TX-2023-WND-20 | emissions |
    And "Cane/1" holds 80 ERCs
    And the history of "TX-2023-SOL-50" is:
      | date       | event    | from   | to         |
      | 2023-07-01 | issued   |        | Cane/1     |
      | 2025-11-04 | deducted | Cane/1 | retirement |

  @RATE-153
  Scenario: An audit adds pounds, then output
    When the date becomes 2023-06-30
    And 100000 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2022 | 3500000000 | 2000000 |
      | 2023 | 0          | 0       |
      | 2024 | 0          | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then "Cane/1" holds 5445 ERCs
    When the CO2 of "Cane/1" for 2022 is adjusted to 3501671000 lb after audit
    Then "Cane/1" holds 4445 ERCs
    And "Cane/1" is in compliance for 2022-2024
    When the output of "Cane/1" for 2022 is adjusted to 2000555 net MWh after audit
    Then "Cane/1" holds 5000 ERCs
    When the output of "Cane/1" for 2022 is adjusted to -1 net MWh after audit
    Then the request is refused with "negative_mass"

  @RATE-182
  Scenario: A credit of 2022 serves in the first final period
    When the date becomes 2023-06-30
    And 30 ERCs of category "SOL" for 2022 of "TX" were issued to "Cane/1"
    And the date becomes 2032-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2030 | 39150  | 0       |
      | 2031 | 0      | 0       |
    And the date becomes 2032-11-03
    And the Administrator runs the deductions for 2030-2031
    Then "Cane/1" is in compliance for 2030-2031
    And "Cane/1" holds 0 ERCs
