Feature: Representatives and agents
  40 CFR 62.16290 to 62.16320 as proposed at 80 FR 64966. A facility speaks with one
  voice: that of its designated representative, from the moment a complete certificate
  of representation is received until the next one is.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"

  @MASS-017 @MASS-034 @RATE-154 @PLAT-023
  Scenario: A complete certificate opens the account of the facility
    When a certificate of representation names "Ana Ruiz" for "Barry"
    Then the latest certificate of "Barry" is in force
    And the account "Barry" is open
    And "Ana Ruiz" is notified of "account_opened"

  @MASS-021 @RATE-159 @PLAT-023
  Scenario: What is missing is named, and nothing happens until it is there
    When a certificate of representation for "Barry" names "Ana Ruiz" and lacks the county
    Then the latest certificate of "Barry" is incomplete
    And the latest certificate of "Barry" lacks "the county"
    When a certificate of representation for "Barry" names "Ana Ruiz" and lacks the owners
    Then the latest certificate of "Barry" lacks "the owners of the facility"
    When a certificate of representation for "Barry" names "Ana Ruiz" and lacks the Indian-country answer
    Then the latest certificate of "Barry" lacks "whether the facility is in Indian country"
    And "Ana Ruiz" is not notified of "account_opened"

  @MASS-021 @RATE-160 @MASS-027
  Scenario: Every signer accepts every statement, word for word
    When a certificate of representation for "Barry" names "Ana Ruiz" and lacks the statement CERT-COR-2
    Then the latest certificate of "Barry" lacks "statement CERT-COR-2 accepted by the designated representative"
    When a certificate of representation for "Barry" names "Ana Ruiz" and lacks a signature
    Then the latest certificate of "Barry" lacks "the signature and date of the designated representative"

  @MASS-023 @MASS-019 @RATE-162 @PLAT-032
  Scenario: A superseding certificate counts from its receipt; what was done before stays
    Given "Ana Ruiz" is the designated representative of "Barry"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |
    When the time becomes 2025-04-30 08:59
    And "Ana Ruiz" transfers 100 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When the time becomes 2025-04-30 09:00
    And a certificate of representation names "Eve Hall" for "Barry"
    And the time becomes 2025-04-30 09:01
    And "Ana Ruiz" transfers 100 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_authorized"
    And "Gulf Brokers" holds 100 allowances

  @MASS-017 @RATE-155 @MASS-040
  Scenario: The alternate's act is the representative's; nobody has both seats
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Bo Lee" is the alternate designated representative of "Barry"
    Then "Bo Lee" may submit "transfers" for "Barry"
    And "Bo Lee" may submit "certificates" for "Barry"

  @MASS-018
  Scenario: A representative who differs from the one in the Acid Rain Program is held
    Given "Ana Ruiz" represents "Barry" in the Acid Rain Program
    When a certificate of representation names "Carla Fox" for "Barry"
    Then the latest certificate of "Barry" is held
    When the difference in the certificate of "Barry" is resolved because "the Acid Rain Program names her too"
    Then the latest certificate of "Barry" is in force
    And "Carla Fox" may submit "transfers" for "Barry"

  @MASS-024 @RATE-163 @PLAT-033
  Scenario: A change of owners is due within 30 days, and taken late
    Given "Ana Ruiz" is the designated representative of "Barry"
    When the date becomes 2024-02-20
    And a certificate of representation reports that "New Power" owns "Barry" since 2024-01-10
    Then the change that "Barry" reports was due by 2024-02-08
    And the latest certificate of "Barry" is in force
    And the latest certificate of "Barry" is late
    And "Ana Ruiz" may submit "transfers" for "Barry"

  @RATE-163
  Scenario: A last day that is a Saturday is the next business day
    Given "Ana Ruiz" is the designated representative of "Barry"
    When the date becomes 2022-10-03
    And a certificate of representation reports that "New Power" owns "Barry" since 2022-09-02
    Then the change that "Barry" reports was due by 2022-10-03
    And the latest certificate of "Barry" is on time

  @MASS-028 @RATE-166 @PLAT-034
  Scenario: An agent submits what was delegated, and nothing else
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Dee Fox" is an agent of "Ana Ruiz" for "transfers"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |
    When "Dee Fox" transfers 100 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    And "Dee Fox" may not submit "monitoring_plans" for "Barry"
    And "Dee Fox" may not submit "certificates" for "Barry"
    When "Dee Fox" gives a notice of delegation that names "Gil Orr" for "transfers"
    Then the request is refused with "delegator_not_in_office"
    When "Ana Ruiz" gives a notice of delegation that names "Dee Fox" for "certificates"
    Then the request is refused with "kind_not_delegable"

  @MASS-029 @RATE-167
  Scenario: A delegation ends with the next notice, by its end, and with the delegator's office
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Dan Ash" is an agent of "Ana Ruiz" for "transfers"
    When the time becomes 2024-02-01 12:00
    And "Ana Ruiz" gives a notice of delegation that names "Eve Hall" for "transfers"
    And the time becomes 2024-02-01 12:01
    Then "Dan Ash" may not submit "transfers" for "Barry"
    And "Eve Hall" may submit "transfers" for "Barry"
    And "Dan Ash" is notified of "delegation_changed"
    When a certificate of representation names "Kim Day" for "Barry"
    Then "Eve Hall" may not submit "transfers" for "Barry"

  @MASS-029 @PLAT-034
  Scenario: A representative ends one delegation and keeps the other
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Dee Fox" is an agent of "Ana Ruiz" for "transfers"
    And "Gil Orr" is an agent of "Ana Ruiz" for "transfers"
    When "Ana Ruiz" ends the delegation to "Dee Fox"
    Then "Dee Fox" may not submit "transfers" for "Barry"
    And "Gil Orr" may submit "transfers" for "Barry"

  @MASS-030
  Scenario: The representative of a general account delegates in the same way
    Given "Dee Fox" is an agent of "Cy Dunn" for "transfers"
    Then "Dee Fox" may submit "transfers" for "Gulf Brokers"
    And "Dee Fox" may not submit "account_requests" for "Gulf Brokers"

  @MASS-023 @MASS-029
  Scenario: A change over several facilities, and the same agents named again
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Ana Ruiz" is the designated representative of "Gaston"
    And "Dee Fox" is an agent of "Ana Ruiz" for "transfers"
    When certificates of representation name "Eve Hall" for "Barry, Gaston"
    Then "Ana Ruiz" may not submit "transfers" for "Gaston"
    And "Dee Fox" may not submit "transfers" for "Gaston"
    When "Eve Hall" names the agents of "Ana Ruiz" again
    Then "Dee Fox" may submit "transfers" for "Barry"
    And "Dee Fox" may submit "transfers" for "Gaston"

  @PLAT-018 @PLAT-150
  Scenario: A viewer reads and a copy recipient is told; neither submits
    Given "Ana Ruiz" is the designated representative of "Barry"
    And "Vera Long" is a viewer of "Barry"
    And "Cora Blue" gets copies of "representative_changed" for "Barry"
    Then "Vera Long" may not submit "transfers" for "Barry"
    When a certificate of representation names "Eve Hall" for "Barry"
    Then "Cora Blue" is notified of "representative_changed"
    And "Vera Long" is not notified of "representative_changed"
    And "Cora Blue" may not submit "transfers" for "Barry"
