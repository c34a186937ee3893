Feature: Transfers of emission rate credits
  40 CFR 62.16515(b), 62.16525 and 62.16530 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-rate"
    And the date is 2022-01-03
    And the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | steam          | 500           |
      | 2    | combined_cycle | 640           |
    And "Ana Ruiz" is the designated representative of "Cane"
    And the general account "Sand Hill" with authorized account representative "Fay Ito"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    When the date becomes 2023-01-03
    And 100 ERCs of category "WND" for 2022 of "TX" were issued to "Sand Hill"

  @RATE-183
  Scenario: The giving side submits, never the receiving one
    When "Cy Dunn" transfers "TX-2023-WND-1" to "TX-2023-WND-10" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is refused with "not_authorized"
    When "Fay Ito" transfers "TX-2023-WND-1" to "TX-2023-WND-10" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is recorded
    And "Gulf Brokers" holds 10 ERCs of vintage 2022

  @RATE-184
  Scenario: One serial number that is not there any more, and nothing is recorded
    When "Fay Ito" transfers "TX-2023-WND-3" to "TX-2023-WND-3" from "Sand Hill" to "Gulf Brokers"
    And "Fay Ito" transfers these blocks from "Sand Hill" to "Cane/1":
      | first         | last          |
      | TX-2023-WND-1 | TX-2023-WND-2 |
      | TX-2023-WND-3 | TX-2023-WND-3 |
    Then the transfer is refused with "serials_not_held"
    And "Cane/1" holds 0 ERCs
    And "Sand Hill" holds 99 ERCs

  @RATE-185 @RATE-262
  Scenario: Within five business days of receipt, the fourth of July left out
    When the date becomes 2023-06-29
    And "Fay Ito" transfers "TX-2023-WND-1" to "TX-2023-WND-2" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is due to be recorded by 2023-07-06

  @RATE-189
  Scenario: Both sides hear of a refusal, with its reasons, within ten business days
    When the date becomes 2023-03-06
    And "Fay Ito" transfers "TX-2023-WND-101" to "TX-2023-WND-102" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is refused with "serials_not_held"
    And "Fay Ito" is to be notified of "transfer_not_recorded" by 2023-03-17
    And "Cy Dunn" is to be notified of "transfer_not_recorded" by 2023-03-17

  @RATE-190
  Scenario: Both sides hear of a recording within five business days
    When the date becomes 2023-03-08
    And "Fay Ito" transfers "TX-2023-WND-1" to "TX-2023-WND-2" from "Sand Hill" to "Gulf Brokers"
    Then the transfer was recorded on 2023-03-08
    And "Fay Ito" is to be notified of "transfer_recorded" by 2023-03-14
    And "Cy Dunn" is to be notified of "transfer_recorded" by 2023-03-14

  @RATE-186 @RATE-187
  Scenario: What was dispatched by the deadline is in time, whenever it was received
    When the time becomes 2025-11-03 23:59
    And the date becomes 2025-11-04
    And "Fay Ito" transfers 10 ERCs of vintage 2022 from "Sand Hill" to "Cane/1", dispatched 2025-11-03 and received 2025-11-04
    Then the transfer is recorded
    When "Fay Ito" transfers 10 ERCs of vintage 2022 from "Sand Hill" to "Cane/1", dispatched 2025-11-04 and received 2025-11-04
    Then the transfer is held
    And "Cane/1" holds 10 ERCs

  @RATE-013 @RATE-192
  Scenario: Limited credits stay, and are neither moved nor deducted
    When the Administrator limits "TX-2023-WND-1" to "TX-2023-WND-10" because "meter under review"
    And "Fay Ito" transfers "TX-2023-WND-10" to "TX-2023-WND-10" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is refused with "serials_not_held"
    When "Fay Ito" transfers "TX-2023-WND-11" to "TX-2023-WND-11" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is recorded

  @RATE-147 @RATE-192
  Scenario: A frozen account gives nothing and receives
    When the Administrator freezes the account "Gulf Brokers"
    And "Fay Ito" transfers "TX-2023-WND-1" to "TX-2023-WND-5" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is recorded
    When "Cy Dunn" transfers "TX-2023-WND-1" to "TX-2023-WND-5" from "Gulf Brokers" to "Sand Hill"
    Then the transfer is refused with "account_frozen"

  @RATE-170 @RATE-171 @RATE-204
  Scenario: What was deducted never moves again
    When "Fay Ito" transfers 100 ERCs of vintage 2022 from "Sand Hill" to "Cane/1"
    And "Ana Ruiz" transfers "TX-2023-WND-91" to "TX-2023-WND-100" from "Cane/1" to "Gulf Brokers"
    Then the transfer is recorded
    When the date becomes 2025-02-03
    And the operation of "Cane/1" is reported:
      | year | co2_lb | net_mwh |
      | 2022 | 83550  | 0       |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    And the date becomes 2025-11-04
    And the Administrator runs the deductions for 2022-2024
    Then "TX-2023-WND-50" is retired
    And "TX-2023-WND-51" is held by "Cane/1"
    When "Ana Ruiz" transfers "TX-2023-WND-50" to "TX-2023-WND-51" from "Cane/1" to "Gulf Brokers"
    Then the transfer is refused with "serials_retired"
    And "Gulf Brokers" holds 10 ERCs

  @RATE-204
  Scenario: A voluntary retirement is not undone
    When "Cy Dunn" retires 5 ERCs of vintage 2022 of "Sand Hill"
    Then the transfer is refused with "not_authorized"
    When "Fay Ito" retires 5 ERCs of vintage 2022 of "Sand Hill"
    And the Administrator reverses the transfer because "the owner asks for it"
    Then the reversal is refused with "not_reversible"
    And "TX-2023-WND-5" is retired
