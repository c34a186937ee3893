Feature: People, facilities and accounts
  40 CFR 62.16215, 62.16255, 62.16290 to 62.16320 and 62.16355 as proposed at
  80 FR 64966.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |

  @MASS-001
  Scenario: A State without a goal is not in the program
    When the facility "Stowe" with ORIS code 999 in "VT" with the affected units "1"
    Then the request is refused with "jurisdiction_not_covered"

  @MASS-034 @MASS-019
  Scenario: Naming a representative opens the account
    Given the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | steam          | 500           |
      | 2    | combined_cycle | 640           |
    And "Kim Day" is the designated representative of "Cane"
    Then the account "Cane" is open
    And "Kim Day" is notified of "account_opened"
    And "Cane" holds 0 allowances

  @MASS-019 @PLAT-023
  Scenario: The alternate acts too; a new representative supersedes the old one
    Given "Bo Lee" is the alternate designated representative of "Barry"
    When "Bo Lee" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When a certificate of representation names "Eve Hall" for "Barry"
    Then "Ana Ruiz" is notified of "representative_changed"
    And "Eve Hall" is notified of "representative_changed"
    When "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_authorized"
    When "Eve Hall" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    And "Gulf Brokers" holds 20 allowances

  @MASS-041
  Scenario: An account is closed when it is empty, and not before
    Given "Ana Ruiz" transfers 25 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "Cy Dunn" asks to close the account "Gulf Brokers"
    Then the request is refused with "account_not_empty"
    And the account "Gulf Brokers" is open
    When "Cy Dunn" transfers 25 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    And "Ana Ruiz" asks to close the account "Gulf Brokers"
    Then the request is refused with "not_authorized"
    When "Cy Dunn" asks to close the account "Gulf Brokers"
    Then the account "Gulf Brokers" is closed
    When "Ana Ruiz" transfers 25 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "account_closed"

  @MASS-044
  Scenario: A frozen account receives and does not send
    Given "Ana Ruiz" transfers 25 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When the Administrator freezes the account "Gulf Brokers"
    Then the account "Gulf Brokers" is frozen
    And "Cy Dunn" is notified of "account_frozen"
    When "Cy Dunn" transfers 5 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is refused with "account_frozen"
    When "Ana Ruiz" transfers 5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When the Administrator unfreezes the account "Gulf Brokers"
    And "Cy Dunn" transfers 5 allowances of vintage 2022 from "Gulf Brokers" to "Barry"
    Then the transfer is recorded
    And the account "Gulf Brokers" is open

  @MASS-147 @MASS-148
  Scenario: A unit that was retired is exempt from the next period, and owes no data for later years
    Given the date is 2023-09-01
    When "Ana Ruiz" files that unit "2" of "Barry" was permanently retired on 2023-08-15
    Then unit "2" of "Barry" is exempt from 2025-01-01
    When the date becomes 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 10       |
      | 1    | 2023 | 10       |
      | 1    | 2024 | 10       |
      | 2    | 2022 | 10       |
      | 2    | 2023 | 10       |
    And the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024
    Then the outcome of "Barry" for 2022-2024 is:
      | obligation | deducted |
      | 50         | 50       |

  @MASS-147
  Scenario: Only the representative files a retirement
    When "Cy Dunn" files that unit "2" of "Barry" was permanently retired on 2021-05-15
    Then the request is refused with "not_authorized"

  @MASS-145 @PLAT-110
  Scenario: A transfer to the wrong account is reversed: the same serial numbers come back
    Given "Ana Ruiz" transfers "AL-2022-101" to "AL-2022-150" from "Barry" to "Gulf Brokers"
    When the date becomes 2021-06-09
    And the Administrator reverses the transfer because "wrong account"
    Then "AL-2022-101" is held by "Barry"
    And "Gulf Brokers" holds 0 allowances
    And the history of "AL-2022-150" is:
      | date       | event       | from         | to           |
      | 2021-06-01 | originated  |              | AL reserve   |
      | 2021-06-01 | allocated   | AL reserve   | Barry        |
      | 2021-06-01 | transferred | Barry        | Gulf Brokers |
      | 2021-06-09 | adjusted    | Gulf Brokers | Barry        |

  @MASS-145
  Scenario: What has gone further cannot be given back
    Given the general account "Bay Brokers" with authorized account representative "Dee Fox"
    And "Cy Dunn" transfers 1 allowances of vintage 2022 from "Gulf Brokers" to "Bay Brokers"
    And "Ana Ruiz" transfers "AL-2022-1" to "AL-2022-50" from "Barry" to "Gulf Brokers"
    And the Administrator ends "AL-2022-50" to "AL-2022-50" because "court order"
    When the Administrator reverses the transfer because "wrong account"
    Then the reversal is refused with "serials_not_held"
    And "Gulf Brokers" holds 49 allowances

  @MASS-035 @PLAT-030 @PLAT-056 @MASS-170
  Scenario: What is retired of one's own will stays retired
    Given "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    When "Cy Dunn" retires 5 allowances of vintage 2022 of "Gulf Brokers"
    Then the transfer is recorded
    And "AL-2022-5" is retired
    And "retirement" holds 5 allowances
    And "Gulf Brokers" holds 5 allowances
    When "Cy Dunn" transfers "AL-2022-5" to "AL-2022-6" from "Gulf Brokers" to "Barry"
    Then the transfer is refused with "serials_retired"
    When "Cy Dunn" transfers "AL-2022-1" to "AL-2022-5" from "retirement" to "Barry"
    Then the transfer is refused with "serials_retired"
    When "Ana Ruiz" retires 5 allowances of vintage 2022 of "Gulf Brokers"
    Then the request is refused with "not_authorized"

  @MASS-008
  Scenario: The Administrator ends allowances, whoever holds them
    Given "Ana Ruiz" transfers "AL-2022-5" to "AL-2022-20" from "Barry" to "Gulf Brokers"
    When the Administrator ends "AL-2022-1" to "AL-2022-10" because "court order"
    Then "Barry" holds 280 allowances
    And "Gulf Brokers" holds 10 allowances
    And the history of "AL-2022-5" is:
      | date       | event       | from         | to           |
      | 2021-06-01 | originated  |              | AL reserve   |
      | 2021-06-01 | allocated   | AL reserve   | Barry        |
      | 2021-06-01 | transferred | Barry        | Gulf Brokers |
      | 2021-06-01 | cancelled   | Gulf Brokers | retirement   |
    When the Administrator ends "AL-2022-1" to "AL-2022-10" because "court order"
    Then the request is refused with "serials_retired"
