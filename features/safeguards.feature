Feature: What keeps allowances from leaving an account too easily
  A second person, trusted accounts and waits, the receiver's consent, the emergency
  brake. All are program or account values; the two federal programs wait for nothing.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Bo Lee" is the alternate designated representative of "Barry"
    And "Gil Orr" is the designated representative of "Gaston"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |
      | Gaston  | 5    | 2022    | 100      |

  @PLAT-094
  Scenario: Who asked never approves, nor does an agent of hers
    Given the account "Barry" requires a second person to approve transfers
    And "Dan Poe" is an agent of "Ana Ruiz" for "transfers"
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting approval
    And "Bo Lee" is notified of "transfer_awaiting_approval"
    And "Ana Ruiz" is not notified of "transfer_awaiting_approval"
    And "Dan Poe" is not notified of "transfer_awaiting_approval"
    When "Dan Poe" approves the transfer
    Then the request is refused with "same_person"
    When "Cy Dunn" approves the transfer
    Then the request is refused with "not_authorized"
    When "Bo Lee" approves the transfer
    Then the transfer is recorded
    When "Bo Lee" approves the transfer
    Then the request is refused with "not_awaiting_approval"

  @PLAT-094
  Scenario: Whose agent asked never approves
    Given the account "Barry" requires a second person to approve transfers
    And "Dan Poe" is an agent of "Ana Ruiz" for "transfers"
    When "Dan Poe" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting approval
    When "Ana Ruiz" approves the transfer
    Then the request is refused with "same_person"
    When "Bo Lee" rejects the transfer because "not ordered"
    Then the transfer is rejected
    And "Cy Dunn" is notified of "transfer_rejected"
    And "Ana Ruiz" is notified of "transfer_rejected"
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting approval

  @PLAT-094 @MASS-133
  Scenario: An agent whose delegation has ended transfers nothing
    Given "Dan Poe" is an agent of "Ana Ruiz" for "transfers"
    When "Dan Poe" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When "Ana Ruiz" ends the delegation to "Dan Poe"
    And "Dan Poe" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_authorized"

  @PLAT-094
  Scenario: Serial numbers wait with their transfer, and are free when it lapses
    Given the account "Barry" requires a second person to approve transfers
    And a transfer that lacks a second signature lapses after 24 hours
    When the time becomes 2021-06-01 10:00
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    And the time becomes 2021-06-02 10:00
    Then the transfer is awaiting approval
    When the time becomes 2021-06-02 10:01
    Then the transfer is expired
    And "Ana Ruiz" is notified of "transfer_expired"
    And "Cy Dunn" is notified of "transfer_expired"
    When "Bo Lee" approves the transfer
    Then the request is refused with "expired"
    When "Bo Lee" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting approval
    When "Ana Ruiz" approves the transfer
    Then the transfer is recorded

  @PLAT-094
  Scenario: One person cannot do away with the second
    Given the account "Barry" requires a second person to approve transfers
    When "Ana Ruiz" asks that "Barry" no longer requires a second person
    And "Ana Ruiz" agrees that "Barry" no longer requires a second person
    Then the request is refused with "same_person"
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting approval
    When "Bo Lee" agrees that "Barry" no longer requires a second person
    And "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    Then the transfer is recorded

  @MASS-014 @MASS-045 @MASS-130
  Scenario: It counts as submitted when the last signature is there: a second before the deadline
    Given the account "Barry" requires a second person to approve transfers
    When the time becomes 2025-05-01 23:58
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer must be signed by 2025-05-01 24:00
    When the time becomes 2025-05-01 23:59
    And "Bo Lee" approves the transfer
    Then the transfer is recorded

  @MASS-014 @MASS-045 @MASS-130
  Scenario: It counts as submitted when the last signature is there: a second after the deadline
    Given the account "Barry" requires a second person to approve transfers
    When the time becomes 2025-05-01 23:58
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    When the time becomes 2025-05-02 00:00
    And "Bo Lee" approves the transfer
    Then the transfer is held
    And "Barry" holds 300 allowances

  @PLAT-094
  Scenario: A transfer to an account that is not trusted waits, and can be stopped
    Given transfers to accounts that are not trusted wait 2 business days
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed
    And "Bo Lee" is notified of "transfer_delayed"
    And "Barry" holds 300 allowances
    When "Bo Lee" transfers "AL-2022-10" to "AL-2022-20" from "Barry" to "Gaston"
    Then the transfer is refused with "serials_not_held"
    When "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    And the Administrator stops the transfer because "reported phishing"
    Then the transfer is cancelled
    And "Ana Ruiz" is notified of "transfer_cancelled"
    And "Cy Dunn" is notified of "transfer_cancelled"
    When "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    And a certificate of representation names "Eve Hall" for "Barry"
    And "Ana Ruiz" cancels the transfer
    Then the request is refused with "not_authorized"
    When "Eve Hall" cancels the transfer
    Then the transfer is cancelled
    When the date becomes 2021-06-07
    Then "Gulf Brokers" holds 10 allowances
    And "AL-2022-11" is held by "Barry"

  @PLAT-094
  Scenario: It is recorded at midnight of the last business day, for whoever represents now
    Given transfers to accounts that are not trusted wait 1 business day
    When the date becomes 2021-07-02
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed
    When a certificate of representation names "Eve Hall" for "Barry"
    And the date becomes 2021-07-05
    Then the transfer is delayed
    When the time becomes 2021-07-06 00:00
    Then the transfer is recorded
    And the transfer was recorded on 2021-07-06
    And "Eve Hall" is notified of "transfer_recorded"

  @PLAT-094
  Scenario: A listed account is trusted when a second person agreed and its days are over
    Given transfers to accounts that are not trusted wait 1 business day
    And listed accounts are trusted after 2 business days
    When "Ana Ruiz" lists "Gulf Brokers" as a trusted account of "Barry"
    And "Ana Ruiz" approves "Gulf Brokers" as a trusted account of "Barry"
    Then the request is refused with "same_person"
    When the date becomes 2021-06-07
    And "Bo Lee" approves "Gulf Brokers" as a trusted account of "Barry"
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed
    When the date becomes 2021-06-09
    And "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When "Bo Lee" takes "Gulf Brokers" off the trusted accounts of "Barry"
    And "Ana Ruiz" transfers "AL-2022-21" to "AL-2022-30" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed

  @PLAT-094
  Scenario: Accounts of one owner are trusted by being listed, not otherwise
    Given transfers to accounts that are not trusted wait 1 business day
    And the general account "Barry Trading" with authorized account representative "Ana Ruiz"
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Barry Trading"
    Then the transfer is delayed
    Given "Barry Trading" is a trusted account of "Barry"
    When "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Barry Trading"
    Then the transfer is recorded

  @PLAT-052
  Scenario: The receiver agrees, where the program asks for it
    Given the receiver agrees to a transfer unless it has agreed once and for all
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is awaiting acceptance
    And "Cy Dunn" is notified of "transfer_awaiting_acceptance"
    When "Ana Ruiz" accepts the transfer
    Then the request is refused with "not_authorized"
    When "Cy Dunn" accepts the transfer
    Then the transfer is recorded
    When "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    And "Cy Dunn" declines the transfer because "unknown sender"
    Then the transfer is rejected
    And "Ana Ruiz" is notified of "transfer_rejected"
    When "Cy Dunn" agrees to every transfer into "Gulf Brokers"
    And "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    Then the transfer is recorded

  @PLAT-094
  Scenario: The brake stops transfers and not deductions; what waits keeps its place
    When "Max Roe" stops every "transfer" because "stolen credentials"
    Then every "transfer" is stopped
    And "Cy Dunn" is notified of "transactions_stopped"
    When "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed
    When "Ana Ruiz" transfers "AL-2022-10" to "AL-2022-11" from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "serials_not_held"
    When "Ana Ruiz" transfers "AL-2022-11" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    Then the transfer is delayed
    And the transfer is due to be recorded by 2021-06-07
    When "Max Roe" confirms the stop
    Then the request is refused with "same_person"
    When "Nia Poe" confirms the stop
    And "Max Roe" lifts the stop
    And "Max Roe" lifts the stop
    Then the request is refused with "same_person"
    And every "transfer" is stopped
    When the date becomes 2021-06-02
    Then the transfer is delayed
    When "Nia Poe" lifts the stop
    Then no "transfer" is stopped
    When the date becomes 2021-06-03
    Then the transfer is recorded
    And "Gulf Brokers" holds 20 allowances

  @PLAT-050
  Scenario: What is prepared keeps nothing until it is signed, and ends with its representative
    When "Ana Ruiz" prepares a transfer of "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    And "Bo Lee" transfers "AL-2022-1" to "AL-2022-5" from "Barry" to "Gaston"
    Then the transfer is recorded
    When "Bo Lee" signs the prepared transfer of "Barry"
    Then the transfer is refused with "serials_not_held"
    When "Ana Ruiz" prepares a transfer of "AL-2022-6" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    And a certificate of representation names "Eve Hall" for "Barry"
    And the date becomes 2021-06-02
    Then no transfer of "Barry" is prepared
