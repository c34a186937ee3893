Feature: Applications, issuance, and what happens when it was wrong
  40 CFR 62.16440 to 62.16450 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-rate"
    And the date is 2021-09-01
    And the accredited verifier "Northwind Audit"
    And the general account "Sand Hill" with authorized account representative "Fay Ito"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the eligible resource "Sand Hill Wind" of category "WND" in "TX" with general account "Sand Hill"
    When "Fay Ito" submits the eligibility application of "Sand Hill Wind"
    And "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"

  @RATE-061
  Scenario: Only a registered resource reports
    When the date becomes 2023-02-01
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "not_registered"
    And the resource "Sand Hill Wind" is submitted

  @RATE-073
  Scenario: Nothing is approved while something is asked
    When the Administrator asks about the eligibility application of "Sand Hill Wind": "Which meter?"
    And the Administrator approves the eligibility application of "Sand Hill Wind"
    Then the request is refused with "information_awaited"

  @RATE-074
  Scenario: With the approval the resource is registered
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    Then the resource "Sand Hill Wind" is registered

  @RATE-115
  Scenario: After June 1, or the next business day, a report is late
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2025-06-02
    And "Fay Ito" submits an M&V report of 100 MWh for 2024 for "Sand Hill Wind"
    Then the M&V report of "Sand Hill Wind" for 2024 is on time
    When the date becomes 2025-06-03
    And "Fay Ito" submits an M&V report of 100 MWh for 2023 for "Sand Hill Wind"
    Then the M&V report of "Sand Hill Wind" for 2023 is late

  @RATE-144
  Scenario: While issuance is suspended reports are taken and nothing is issued
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2023-05-31
    And the Administrator suspends issuance to "Sand Hill Wind" during an investigation
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then the issuance is refused with "issuance_suspended"
    When the Administrator lifts the suspension of issuance to "Sand Hill Wind"
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then "Sand Hill" holds 100 ERCs

  @RATE-145
  Scenario: More than the next report has is carried to the one after
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 12000 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 12000 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And the Administrator finds the M&V report of "Sand Hill Wind" for 2022 overstated by 12000 MWh
    And the date becomes 2024-05-31
    And "Fay Ito" submits an M&V report of 10000 MWh for 2023 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 10000 MWh for 2023 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2023
    And the date becomes 2024-07-02
    And the Administrator issues ERCs to "Sand Hill Wind" for 2023
    Then "Sand Hill" holds 12000 ERCs
    When the date becomes 2025-05-30
    And "Fay Ito" submits an M&V report of 10000 MWh for 2024 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 10000 MWh for 2024 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2024
    And the date becomes 2025-07-01
    And the Administrator issues ERCs to "Sand Hill Wind" for 2024
    Then "Sand Hill" holds 20000 ERCs

  @RATE-059 @RATE-148 @RATE-150 @RATE-151
  Scenario: Repeated error revokes, sold credits stay with their holder, the unpaid are barred
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 5000 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 5000 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And "Fay Ito" transfers 1800 ERCs of vintage 2022 from "Sand Hill" to "Gulf Brokers"
    And the date becomes 2024-03-11
    And the Administrator revokes the qualification of "Sand Hill Wind" for repeated error
    Then the resource "Sand Hill Wind" is revoked
    And the account "Sand Hill" is frozen
    And "Sand Hill" holds 0 ERCs
    And "Gulf Brokers" holds 1800 ERCs
    And "Sand Hill" owes 1800 ERCs by 2024-04-09
    When "Fay Ito" submits an M&V report of 100 MWh for 2023 for "Sand Hill Wind"
    Then the request is refused with "qualification_revoked"
