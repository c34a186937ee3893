Feature: Officials, their limits, and the second official
  PLAT-018 to PLAT-020, PLAT-028, PLAT-094, PLAT-110; 40 CFR 62.16255, 62.16355 as
  proposed at 80 FR 64966. What the Administrator does in the other features has its
  second official; here one sees how.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-04
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And "Olga Stone" has the role "administrator"
    And "Pete Moss" has the role "administrator"

  @PLAT-018
  Scenario: A budget is created when a second official approves it, and not before
    When the official "Olga Stone" asks to originate "AL" 2022
    Then the proposal is waiting
    And "Pete Moss" is notified of "second_official_needed"
    And "Pete Moss" has a task "second_official"
    And "Olga Stone" has no task "second_official"
    When the official "Olga Stone" approves the proposal
    Then the request is refused with "same_person"
    When the official "Pete Moss" approves the proposal
    Then the proposal is executed
    And "Olga Stone" is notified of "proposal_decided"
    When the official "Pete Moss" approves the proposal
    Then the request is refused with "already_decided"

  @PLAT-018
  Scenario: The checks are made again when it is carried out
    When the official "Olga Stone" asks to originate "AL" 2022
    And the official "Pete Moss" asks to originate "AL" 2022
    And the official "Pete Moss" approves the proposal of "Olga Stone"
    And the official "Olga Stone" approves the proposal of "Pete Moss"
    Then the proposal of "Olga Stone" is executed
    And the proposal of "Pete Moss" is refused

  @PLAT-018
  Scenario: Technical administration and program operation are apart
    Given "Tess Ide" has the role "technical"
    When the official "Tess Ide" asks to originate "AL" 2022
    Then the request is refused with "not_authorized"
    When "Tess Ide" is given the role "administrator" without a reason
    Then the request is refused with "duties_not_apart"

  @PLAT-019 @PLAT-028
  Scenario: A State official acts for the own State alone
    Given "Ada Lane" has the role "state_official" for "AL"
    And "Abe Lowe" has the role "state_official" for "AL"
    And "Ken Ash" has the role "state_official" for "KY"
    When the official "Olga Stone" asks to originate "AL" 2022
    And the official "Pete Moss" approves the proposal
    And the official "Ken Ash" asks to move 200 of vintage 2022 from "AL" to "Barry"
    Then the request is refused with "not_authorized"
    When the official "Ada Lane" asks to move 200 of vintage 2022 from "AL" to "Barry"
    And the official "Ken Ash" approves the proposal
    Then the request is refused with "not_authorized"
    When the official "Abe Lowe" approves the proposal
    Then the proposal is executed
    And "Barry" holds 200 allowances

  @PLAT-020 @RATE-075
  Scenario: A State's agent recommends; the decision shows the agent and the authority
    Given "Ada Lane" has the role "state_official" for "AL"
    And "Gus Orr" is the agent of "AL" who recommends on "holding_accounts"
    When the official "Olga Stone" asks to originate "AL" 2022
    And the official "Pete Moss" approves the proposal
    And the official "Gus Orr" asks to move 5 of vintage 2022 from "AL" to "Barry"
    Then the request is refused with "not_authorized"
    When the agent "Gus Orr" recommends to move 5 of vintage 2022 from "AL" to "Barry"
    And the official "Ada Lane" takes the recommendation up
    Then the proposal names "official of the State AL" and "Gus Orr, designated agent of the State AL"

  @MASS-044 @PLAT-094
  Scenario: A freeze acts at once and a second official confirms it within a business day
    When the official "Olga Stone" freezes "Gulf Brokers" because of "a stolen password"
    Then the account "Gulf Brokers" is frozen
    And the proposal is unconfirmed
    And the proposal is due on 2021-06-07
    When the official "Olga Stone" confirms the proposal
    Then the request is refused with "same_person"
    When the date becomes 2021-06-08
    Then the proposal is overdue
    And the account "Gulf Brokers" is frozen
    When the official "Pete Moss" confirms the proposal
    Then the proposal is confirmed

  @MASS-044 @PLAT-094
  Scenario: A second official who disagrees takes the freeze back
    When the official "Olga Stone" freezes "Gulf Brokers" because of "a rumor"
    And the official "Pete Moss" declines the proposal because of "no ground for it"
    Then the proposal is undone
    And the account "Gulf Brokers" is open

  @MASS-044
  Scenario: Only general accounts freeze
    When the official "Olga Stone" freezes "Barry" because of "an investigation"
    Then the request is refused with "freeze_not_permitted"

  @RGGI-037 @PLAT-018
  Scenario: A firm that runs the system for the States decides nothing
    Given "Cora Firm" has the role "contractor"
    When the official "Olga Stone" asks to originate "AL" 2022
    And the official "Cora Firm" approves the proposal
    Then the request is refused with "not_authorized"
    When the official "Pete Moss" approves the proposal
    And the official "Cora Firm" asks to move 5 of vintage 2022 from "AL" to "Barry"
    Then the request is refused with "not_authorized"
    When the agent "Cora Firm" recommends to move 5 of vintage 2022 from "AL" to "Barry"
    And the official "Olga Stone" takes the recommendation up
    Then the proposal is waiting
    And "Barry" holds 0 allowances
