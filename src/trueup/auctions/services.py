"""What is done in auctions; each function is one transaction.

Notice, applications to qualify, sealed bids; then closed by two officials, settled,
delivered.
"""

from __future__ import annotations

from trueup.auctions.applying import (
    application_text,
    apply_to_bid,
    decide_application,
    qualify_bidder,
)
from trueup.auctions.bidding import own_bids, submit_bid, withdraw_bid
from trueup.auctions.closing import ask_to_close, close_auction
from trueup.auctions.delivery import deliver_auction, settle_auction
from trueup.auctions.noticing import cancel_auction, publish_notice, publish_sitting
from trueup.auctions.scheduling import bids_text, enter_bids, sealed_bids, why_not
from trueup.auctions.sealing import unseal_all

__all__ = [
    "application_text",
    "apply_to_bid",
    "ask_to_close",
    "bids_text",
    "cancel_auction",
    "close_auction",
    "decide_application",
    "deliver_auction",
    "enter_bids",
    "own_bids",
    "publish_notice",
    "publish_sitting",
    "qualify_bidder",
    "sealed_bids",
    "settle_auction",
    "submit_bid",
    "unseal_all",
    "why_not",
    "withdraw_bid",
]
