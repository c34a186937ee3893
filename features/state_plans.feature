Feature: Plans of States: their clocks, entry and exit, and links between States
  40 CFR 60.27 and 62.16410(a), with the preamble's sections III.A.1, IV.E, V.F and VI
  (80 FR 64966): who is under whose plan, by when the Administrator decides, and whose
  instruments count where.

  Background:
    Given the program "cpp-mass"
    And the date is 2020-02-12

  @MASS-074
  Scenario: A submission on which nobody decides is deemed complete after six months
    When "KY" submits a plan of its own on 2020-02-10
    Then the plan of "KY" has the status "received"
    And the decision on completeness of "KY" is due by 2020-04-09
    When the date becomes 2020-05-01
    Then a step of the plan of "KY" is late
    When the date becomes 2020-08-10
    Then the plan of "KY" has the status "complete"
    And the decision of "KY" is due by 2021-08-10

  @MASS-074
  Scenario: A condition that is missed turns an approval into a disapproval
    When "KY" submits a plan of its own on 2020-02-10
    And the date becomes 2020-04-02
    And the plan of "KY" is found complete on 2020-04-01
    And the date becomes 2020-12-01
    And the plan of "KY" is approved on a condition on 2020-12-01 due by 2021-06-01, in effect from 2022-01-01
    Then the plan of "KY" has the status "conditionally_approved"
    When the date becomes 2021-06-02
    Then the plan of "KY" has the status "disapproved"
    And the federal plan of "KY" is due by 2022-06-02
    And on 2022-01-01 the units of "KY" are under the federal plan

  @MASS-071 @PLAT-107
  Scenario: Another plan begins with a period of which nothing is recorded
    Given the facility "Cane" with ORIS code 1363 in "KY" with the affected units "1"
    And "Kim Day" is the designated representative of "Cane"
    When "KY" submits a plan of its own on 2020-02-10
    And the date becomes 2021-06-01
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Cane    | 1    | 2022    | 100      |
    And the date becomes 2022-02-01
    And the plan of "KY" is approved on 2022-02-01, in effect from 2024-01-01
    Then the request is refused with "not_at_period_start"
    When the plan of "KY" is approved on 2022-02-01, in effect from 2022-01-01
    Then the request is refused with "period_recorded"
    When the plan of "KY" is approved on 2022-02-01, in effect from 2025-01-01
    Then on 2024-12-31 the units of "KY" are under the federal plan
    And on 2025-01-01 the units of "KY" are under a plan of its own

  @RATE-220 @RATE-221 @PLAT-107
  Scenario: A rate-based State leaves at the end of a period only, and is not set back
    Given the program "cpp-rate"
    When "KY" submits a plan of its own on 2020-02-10
    And the date becomes 2025-06-02
    And the plan of "KY" is approved on 2025-06-02, in effect from 2026-01-01
    Then the request is refused with "not_at_period_start"
    When the plan of "KY" is approved on 2025-06-02, in effect from 2028-01-01
    And the plan of "KY" is federal on 2025-06-02, in effect from 2028-01-01
    Then the request is refused with "own_plan_in_force"
    And on 2027-12-31 the units of "KY" are under the federal plan
    And on 2028-01-01 the units of "KY" are under a plan of its own

  @MASS-072 @RATE-216 @PLAT-091
  Scenario: A link needs all five conditions
    When "KY" is linked from 2022-01-01
    Then the request is refused with "plan_not_approved"
    When "KY" submits a plan of its own on 2020-02-10
    And the date becomes 2020-12-01
    And the plan of "KY" is approved on 2020-12-01, in effect from 2022-01-01
    And "KY" asks for a link from 2022-01-01 with the unit "metric ton of CO2"
    Then the request is refused with "instrument_differs"
    When "KY" asks for a link from 2022-01-01 as a rate-based State
    Then the request is refused with "not_same_kind"
    When "KY" asks for a link from 2022-01-01 through "Western Registry"
    Then the request is refused with "system_not_approved"
    When "KY" is linked from 2022-01-01
    And "KY" is linked from 2022-01-01
    Then the request is refused with "linked_already"

  @RATE-218 @RATE-219 @PLAT-106
  Scenario: A unit of a linked State is on its State's list and has a general account alone
    When "KY" submits a plan of its own on 2020-02-10
    And the date becomes 2021-12-01
    And the plan of "KY" is approved on 2021-12-01, in effect from 2022-01-01
    And the date becomes 2022-03-01
    And "KY" supplies this list of its units:
      | oris_code | unit | unit_type |
      | 1378      | 3    | steam     |
    And the facility "Paradise" with ORIS code 1378 in "KY" with the affected units "3"
    And "Pat Roe" is the designated representative of "Paradise"
    Then the request is refused with "state_plan_unit"
    Given the general account "Paradise of Kentucky" with authorized account representative "Pat Roe"
    Then "Paradise of Kentucky" holds 0 allowances
