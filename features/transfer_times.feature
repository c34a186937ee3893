Feature: When a transfer is submitted, received, recorded and told of
  40 CFR 62.16335 and 62.16375 as proposed at 80 FR 64966: being in time depends
  on the dispatch, the Administrator's time on the receipt.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Bo Lee" is the alternate designated representative of "Barry"
    And "Gil Orr" is the designated representative of "Gaston"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the general account "Bay Brokers" with authorized account representative "Dee Fox"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |
      | Gaston  | 5    | 2022    | 100      |

  @MASS-014 @MASS-129 @MASS-135
  Scenario: Dispatched in time and received late counts for the period
    Given the date is 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 350      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    When the date becomes 2025-05-06
    And "Gil Orr" transfers 50 allowances of vintage 2022 from "Gaston" to "Barry", dispatched 2025-05-01 and received 2025-05-06
    Then the transfer is recorded
    And the transfer was recorded on 2025-05-06
    And the transfer is due to be recorded by 2025-05-12
    When the Administrator runs the deductions for 2022-2024
    Then "Barry" is in compliance for 2022-2024
    And these blocks of "Barry" were deducted for 2022-2024, in order:
      | first       | last        | ground    |
      | AL-2022-1   | AL-2022-350 | emissions |

  @MASS-014 @MASS-130
  Scenario: Dispatched a day late waits, even between two who have nothing to settle
    When the date becomes 2025-05-06
    And "Gil Orr" transfers 50 allowances of vintage 2022 from "Gaston" to "Gulf Brokers", dispatched 2025-05-02 and received 2025-05-06
    Then the transfer is held
    And "Cy Dunn" is not notified of "transfer_recorded"
    And "Gaston" holds 100 allowances

  @MASS-129
  Scenario Outline: Five business days from receipt
    When the date becomes <received>
    And "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is due to be recorded by <due>

    Examples:
      | received   | due        |
      | 2024-07-03 | 2024-07-10 |
      | 2024-11-27 | 2024-12-04 |
      | 2023-05-01 | 2023-05-05 |
      | 2024-05-04 | 2024-05-10 |

  @MASS-130
  Scenario: What is held goes on its way when the deductions are done
    Given the date is 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 200      |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    When the time becomes 2025-05-01 23:59
    And "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    When the time becomes 2025-05-02 00:00
    And "Ana Ruiz" transfers "AL-2022-281" to "AL-2022-300" from "Barry" to "Gulf Brokers"
    Then the transfer is held
    And "Gulf Brokers" holds 10 allowances
    When "Ana Ruiz" transfers "AL-2022-300" to "AL-2022-300" from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "serials_not_held"
    When "Cy Dunn" transfers 5 allowances of vintage 2022 from "Gulf Brokers" to "Bay Brokers"
    Then the transfer is recorded
    When "Bo Lee" transfers "AL-2022-251" to "AL-2022-280" from "Barry" to "Gulf Brokers"
    Then the transfer is held
    When the date becomes 2025-05-20
    And the Administrator runs the deductions for 2022-2024
    Then the transfer was recorded on 2025-05-20
    And the transfer is due to be recorded by 2025-05-27
    And "Gulf Brokers" holds 55 allowances
    And "Barry" holds 40 allowances

  @MASS-131 @MASS-127
  Scenario: A transfer that is not recorded is told to both within ten business days
    When the date becomes 2025-05-20
    And "Cy Dunn" transfers "AL-2022-1" to "AL-2022-10" from "Gulf Brokers" to "Bay Brokers"
    Then the transfer is refused with "serials_not_held"
    And "Cy Dunn" is to be notified of "transfer_not_recorded" by 2025-06-03
    And "Dee Fox" is to be notified of "transfer_not_recorded" by 2025-06-03
    And "Cy Dunn" is not notified of "transfer_recorded"

  @MASS-131
  Scenario: Of a transfer to nobody only the transferor is told
    When "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Nobody"
    Then the transfer is refused with "unknown_account"
    And "Ana Ruiz" is notified of "transfer_not_recorded"
    And "Bo Lee" is notified of "transfer_not_recorded"
    And "Cy Dunn" is not notified of "transfer_not_recorded"

  @MASS-132
  Scenario: A recorded transfer is told to both within five business days
    When the date becomes 2024-05-07
    And "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then "Ana Ruiz" is to be notified of "transfer_recorded" by 2024-05-13
    And "Cy Dunn" is to be notified of "transfer_recorded" by 2024-05-13

  @MASS-127
  Scenario: Every reason is given
    When "Cy Dunn" transfers "AL-2022-301" to "AL-2022-310" from "Barry" to "Barry"
    Then the transfer is refused with "not_authorized"
    And the transfer is refused with "serials_not_held"
    And the transfer is refused with "same_account"
    When "Ana Ruiz" transfers these blocks from "Barry" to "Gulf Brokers":
      | first      | last       |
      | AL-2022-1  | AL-2022-10 |
      | AL-2022-10 | AL-2022-12 |
    Then the transfer is refused with "duplicate_serials"
    When "Ana Ruiz" transfers 0 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_whole_number"
    When "Ana Ruiz" transfers 2.5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_whole_number"
    When "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "AL reserve"
    Then the transfer is refused with "destination_not_permitted"
    When "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "retirement"
    Then the transfer is refused with "destination_not_permitted"
    And "Barry" holds 300 allowances

  @MASS-127 @PLAT-051
  Scenario: Several blocks at once; leading zeros may be left out
    When "Ana Ruiz" transfers these blocks from "Barry" to "Gulf Brokers":
      | first       | last          |
      | AL-2022-1   | AL-2022-10    |
      | AL-2022-101 | AL-2022-00110 |
    Then the transfer is recorded
    And "AL-2022-0105" is held by "Gulf Brokers"
    And "AL-2022-11" is held by "Barry"
    And "Gulf Brokers" holds 20 allowances
    When "Ana Ruiz" transfers 5 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    Then "AL-2022-15" is held by "Gulf Brokers"
    And "AL-2022-16" is held by "Barry"
