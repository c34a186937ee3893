"""Answer those who need help, announce, and keep readers' searches."""

from __future__ import annotations

from trueup.support import announcing, asking, letters, searching

__all__ = [
    "answer",
    "ask",
    "close",
    "drop_search",
    "end",
    "note",
    "publish",
    "save_search",
    "say_how_it_went",
    "send_letters",
    "write",
]

ask = asking.ask
write = asking.write
answer = asking.answer
note = asking.note
close = asking.close
say_how_it_went = asking.say_how_it_went
send_letters = letters.send_letters

publish = announcing.publish
end = announcing.end

save_search = searching.save_search
drop_search = searching.drop_search
