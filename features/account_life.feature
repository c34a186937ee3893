Feature: The life of an account
  Applications, owners, closing and retired units: 40 CFR 62.16215 and 62.16320(c) as
  proposed at 80 FR 64966.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 1000     |

  @MASS-036 @RATE-172 @RATE-174 @PLAT-024 @PLAT-025 @PLAT-026
  Scenario: A complete application is reviewed, and then the account is open
    Given the identity of "Cy Dunn" has been checked
    When "Cy Dunn" applies for the general account "Gulf Brokers":
      | representatives | owners          |
      | Cy Dunn         | Gulf LLC, Bayco |
    Then the application for "Gulf Brokers" is submitted
    And "Cy Dunn" is notified of "application_received"
    When the date becomes 2021-06-10
    And "Olga Ray" approves the application for "Gulf Brokers"
    Then the application for "Gulf Brokers" is approved
    And the account "Gulf Brokers" is open
    And "Cy Dunn" is notified of "account_opened"
    And the owners of "Gulf Brokers" on 2021-06-10 are "Gulf LLC, Bayco"
    And the application for "Gulf Brokers" has used 10 of 30 days
    When "Ana Ruiz" transfers 5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded

  @MASS-036 @RATE-172 @RATE-174 @PLAT-025
  Scenario: An incomplete application names everything that is missing, and opens nothing
    When "Cy Dunn" applies for the general account "Gulf Brokers":
      | representatives  | owners | signed by |
      | Cy Dunn, Dee Fox |        | Cy Dunn   |
    Then the application for "Gulf Brokers" is incomplete
    And the application for "Gulf Brokers" lacks "one authorized account representative: 2 are named"
    And the application for "Gulf Brokers" lacks "the persons with an ownership interest"
    And the application for "Gulf Brokers" lacks "the signature of Dee Fox under CERT-GA-APPLICATION"
    And "Cy Dunn" is notified of "application_incomplete"
    When "Olga Ray" approves the application for "Gulf Brokers"
    Then the request is refused with "step_not_permitted"
    When "Cy Dunn" completes the application for "Gulf Brokers":
      | representatives | alternates | owners   |
      | Cy Dunn         | Dee Fox    | Gulf LLC |
    Then the application for "Gulf Brokers" is submitted

  @PLAT-026 @PLAT-038 @PLAT-094
  Scenario: Nobody approves an application of their own, nor before identities are checked
    When "Cy Dunn" applies for the general account "Gulf Brokers":
      | representatives | alternates | owners   |
      | Cy Dunn         | Dee Fox    | Gulf LLC |
    And the identity of "Cy Dunn" has been checked
    And "Olga Ray" approves the application for "Gulf Brokers"
    Then the request is refused with "identity_not_checked"
    When the identity of "Dee Fox" has been checked
    And "Dee Fox" approves the application for "Gulf Brokers"
    Then the request is refused with "same_person"
    When "Olga Ray" approves the application for "Gulf Brokers"
    Then the account "Gulf Brokers" is open
    When "Cy Dunn" applies for the general account "Gulf Brokers II":
      | representatives | owners   |
      | Cy Dunn         | Gulf LLC |
    And "Olga Ray" approves the application for "Gulf Brokers II"
    Then the account "Gulf Brokers II" is open

  @PLAT-026
  Scenario: A question, silence, two reminders, and the application lapses
    When "Cy Dunn" applies for the general account "Gulf Brokers":
      | representatives | owners   |
      | Cy Dunn         | Gulf LLC |
    And "Olga Ray" asks about the application for "Gulf Brokers": "Who owns Gulf LLC?"
    Then the application for "Gulf Brokers" is information requested
    And "Cy Dunn" is not notified of "application_reminder"
    When the date becomes 2021-07-01
    Then "Cy Dunn" is notified of "application_reminder"
    When the date becomes 2021-08-29
    Then the application for "Gulf Brokers" is information requested
    When the date becomes 2021-08-30
    Then the application for "Gulf Brokers" is lapsed
    And "Cy Dunn" is notified of "application_ended"

  @PLAT-026
  Scenario: An application is rejected with the reason, another is withdrawn
    When "Cy Dunn" applies for the general account "Gulf Brokers":
      | representatives | owners   |
      | Cy Dunn         | Gulf LLC |
    And "Olga Ray" rejects the application for "Gulf Brokers" because "the passport is forged"
    Then the application for "Gulf Brokers" is rejected
    When "Dee Fox" applies for the general account "Bay Traders":
      | representatives | owners   |
      | Dee Fox         | Bay Corp |
    And "Dee Fox" withdraws the application for "Bay Traders"
    Then the application for "Bay Traders" is withdrawn
    When "Olga Ray" approves the application for "Bay Traders"
    Then the request is refused with "step_not_permitted"

  @MASS-038 @RATE-176
  Scenario: A superseding application changes the representative on receipt; earlier acts stand
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the identity of "Dee Fox" has been checked
    And "Ana Ruiz" transfers 30 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "Cy Dunn" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    And "Cy Dunn" files a superseding application for "Gulf Brokers":
      | representatives | owners       | signed by        |
      | Dee Fox         | Gulf Brokers | Cy Dunn, Dee Fox |
    Then "Cy Dunn" is notified of "representative_changed"
    And "Barry" holds 980 allowances
    When "Cy Dunn" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is refused with "not_authorized"
    When "Dee Fox" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is recorded

  @MASS-038 @PLAT-094
  Scenario: A stranger does not name themselves without review
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the identity of "Dee Fox" has been checked
    And "Ana Ruiz" transfers 30 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "Dee Fox" files a superseding application for "Gulf Brokers":
      | representatives | owners       |
      | Dee Fox         | Gulf Brokers |
    Then the application for "Gulf Brokers" is submitted
    When "Dee Fox" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is refused with "not_authorized"

  @MASS-038 @RATE-173 @PLAT-037
  Scenario: A change of owners is due in 30 days, and binds whoever is not listed
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And "Ana Ruiz" transfers 30 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    And the date is 2025-04-08
    When "Cy Dunn" transfers 10 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is recorded
    When "Cy Dunn" files that "Early Owner" has an interest in "Gulf Brokers" since 2025-03-11
    Then the latest change of owners of "Gulf Brokers" was due by 2025-04-09 and is on time
    When the date becomes 2025-04-10
    And "Cy Dunn" files that "Late Owner" has an interest in "Gulf Brokers" since 2025-03-11
    Then the latest change of owners of "Gulf Brokers" was due by 2025-04-09 and is late
    And the owners of "Gulf Brokers" on 2025-03-10 are "Gulf Brokers"
    And the owners of "Gulf Brokers" on 2025-03-11 are "Gulf Brokers, Early Owner, Late Owner"

  @PLAT-037
  Scenario: The last party with an interest cannot be removed
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    When "Cy Dunn" files that "Gulf Brokers" has no interest in "Gulf Brokers" since 2021-06-01
    Then the request is refused with "last_party"

  @MASS-026 @MASS-039 @RATE-165 @RATE-176
  Scenario: Objections are kept and change nothing
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And "Ana Ruiz" transfers 30 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "A co-owner" objects to what the representative of "Barry" did
    And "A beneficial owner" objects to what the representative of "Gulf Brokers" did
    Then an objection about "Barry" is on file
    And an objection about "Gulf Brokers" is on file
    And "Gulf Brokers" holds 30 allowances
    When "Ana Ruiz" transfers 5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When "Cy Dunn" transfers 5 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is recorded

  @MASS-041 @RATE-178 @PLAT-027
  Scenario: An account is closed by the request that carries the transfer of all that is left
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And "Ana Ruiz" transfers 25 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "Cy Dunn" asks to close the account "Gulf Brokers", with the transfer of 24 allowances of vintage 2022 to "Barry"
    Then the request is refused with "account_not_empty"
    And the account "Gulf Brokers" is open
    And "Gulf Brokers" holds 25 allowances
    When "Cy Dunn" asks to close the account "Gulf Brokers", with the transfer of 25 allowances of vintage 2022 to "Barry"
    Then the account "Gulf Brokers" is closed
    And "Barry" holds 1000 allowances
    And "Cy Dunn" is notified of "account_closing"
    When the Administrator reopens the account "Gulf Brokers"
    Then the request is refused with "not_reopened"

  @MASS-043
  Scenario: A compliance account is not closed
    When "Ana Ruiz" asks to close the account "Barry"
    Then the request is refused with "stays_open"

  @MASS-042 @RATE-179
  Scenario: An empty account that nobody used for a year is closed after a notice of 30 days
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the date is 2024-03-10
    And "Ana Ruiz" transfers 25 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When the Administrator gives notice of closure for inactivity to "Gulf Brokers"
    Then the request is refused with "account_not_empty"
    When "Cy Dunn" transfers 25 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    And the date becomes 2025-02-10
    And the Administrator gives notice of closure for inactivity to "Gulf Brokers"
    Then the request is refused with "not_dormant"
    When the date becomes 2025-03-11
    And the Administrator gives notice of closure for inactivity to "Gulf Brokers"
    Then the account "Gulf Brokers" is under notice of closure until 2025-04-09
    And "Cy Dunn" is notified of "account_closing"
    When the date becomes 2025-04-09
    Then the account "Gulf Brokers" is open
    When the date becomes 2025-04-10
    Then the account "Gulf Brokers" is closed

  @MASS-042 @RATE-179
  Scenario: A transfer into the account in time ends the notice
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the date is 2025-03-11
    When the Administrator gives notice of closure for inactivity to "Gulf Brokers"
    And the date becomes 2025-04-08
    And "Ana Ruiz" transfers 5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    And the date becomes 2025-04-10
    Then the account "Gulf Brokers" is open
    And the account "Gulf Brokers" is not under notice of closure
    And "Cy Dunn" is notified of "account_stays_open"

  @MASS-042 @RATE-179
  Scenario: Good cause that is accepted keeps the account open
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the date is 2025-03-11
    When the Administrator gives notice of closure for inactivity to "Gulf Brokers"
    And the date becomes 2025-04-01
    And "Cy Dunn" states good cause to keep "Gulf Brokers" open
    And the Administrator accepts the good cause of "Gulf Brokers"
    And the date becomes 2025-05-01
    Then the account "Gulf Brokers" is open

  @PLAT-112
  Scenario: Holdings of companies under one owner are counted together
    Given the identity of "Cy Dunn" has been checked
    When "Cy Dunn" applies for the general account "First":
      | representatives | owners    |
      | Cy Dunn         | Child One |
    And "Olga Ray" approves the application for "First"
    And "Cy Dunn" applies for the general account "Second":
      | representatives | owners    |
      | Cy Dunn         | Child Two |
    And "Olga Ray" approves the application for "Second"
    And "Ana Ruiz" transfers 110 allowances of vintage 2022 from "Barry" to "First"
    And "Ana Ruiz" transfers 100 allowances of vintage 2022 from "Barry" to "Second"
    Then the owners of "First" hold 11 percent of all allowances, not flagged
    Given "Parent" holds 60 percent of "Middle" since 2021-06-01
    And "Middle" holds 60 percent of "Child One" since 2021-06-01
    And "Parent" holds 51 percent of "Child Two" since 2021-06-01
    Then the owners of "First" hold 21 percent of all allowances, flagged
    And the accounts "First" and "Second" are of one owner on 2021-06-01
    And the accounts "First" and "Second" are not of one owner on 2021-05-31

  @MASS-148 @RATE-009
  Scenario: A late statement of retirement is taken and marked
    Given the date is 2023-09-13
    When "Ana Ruiz" files that unit "1" of "Barry" was permanently retired on 2023-08-15
    Then the statement of retirement of unit "1" of "Barry" is on time
    When the date becomes 2023-09-14
    And "Ana Ruiz" files that unit "2" of "Barry" was permanently retired on 2023-08-15
    Then the statement of retirement of unit "2" of "Barry" is late
    And unit "2" of "Barry" is exempt from 2025-01-01

  @MASS-149 @RATE-010 @PLAT-036
  Scenario: Emissions of a retired unit put its exemption under review; proof is kept 5 years
    Given the date is 2023-09-01
    And "Ana Ruiz" files that unit "2" of "Barry" was permanently retired on 2023-08-15
    And proof that unit "2" of "Barry" retired was created on 2023-08-20
    Then the proof that unit "2" of "Barry" retired is kept until 2028-08-20
    When the date becomes 2026-02-02
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2025 | 10       |
    Then the exemption of unit "2" of "Barry" is not under review
    When the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 2    | 2025 | 1        |
    Then the exemption of unit "2" of "Barry" is under review
    And "Ana Ruiz" is notified of "exemption_alarm"
    And unit "2" of "Barry" is exempt from 2025-01-01
