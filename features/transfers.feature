Feature: Transfers of allowances
  40 CFR 62.16330 and 62.16335 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 300      |

  @MASS-127 @MASS-132
  Scenario: Named serials move and both representatives hear of it
    When "Ana Ruiz" transfers "AL-2022-101" to "AL-2022-150" from "Barry" to "Gulf Brokers"
    Then the transfer is recorded
    And "Gulf Brokers" holds 50 allowances of vintage 2022
    And "Barry" holds 250 allowances
    And "AL-2022-125" is held by "Gulf Brokers"
    And "Ana Ruiz" is notified of "transfer_recorded"
    And "Cy Dunn" is notified of "transfer_recorded"
    And the history of "AL-2022-125" is:
      | date       | event       | from       | to           |
      | 2021-06-01 | originated  |            | AL reserve   |
      | 2021-06-01 | allocated   | AL reserve | Barry        |
      | 2021-06-01 | transferred | Barry      | Gulf Brokers |

  @MASS-128 @MASS-131
  Scenario: One missing serial refuses the whole transfer
    When "Ana Ruiz" transfers "AL-2022-250" to "AL-2022-301" from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "serials_not_held"
    And "Barry" holds 300 allowances
    And "Gulf Brokers" holds 0 allowances
    And "Cy Dunn" is notified of "transfer_not_recorded"

  @MASS-133
  Scenario: Nobody pulls allowances out of another's account
    When "Cy Dunn" transfers "AL-2022-1" to "AL-2022-10" from "Barry" to "Gulf Brokers"
    Then the transfer is refused with "not_authorized"
