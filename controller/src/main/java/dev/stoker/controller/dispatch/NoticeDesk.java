package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.store.NoticeRow;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives out what is to be told, one controller at a time, and takes back how that went.
 * Thread-safe.
 */
public final class NoticeDesk {
  private final Parts parts;

  NoticeDesk(Parts parts) {
    this.parts = parts;
  }

  /** How many are not delivered yet. */
  public int waiting() {
    return parts.store().read(rows -> rows.notices().count());
  }

  /**
   * Takes one that is due. Whoever takes it delivers it; if they die, it is due again after a
   * while.
   *
   * @param mine longer than delivering it may take
   */
  public Optional<NoticeRow> take(Duration mine) {
    if (parts.store().read(rows -> rows.notices().due(now(), 1)).isEmpty()) {
      return Optional.empty(); // looking every second must not write every second
    }
    return Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  Optional<NoticeRow> taken =
                      rows.notices().due(now(), 1).stream()
                          .map(notice -> notice.triedUntil(now() + mine.toMillis()))
                          .findFirst();
                  taken.ifPresent(rows.notices()::reschedule);
                  return taken;
                }));
  }

  /** It was delivered, or never will be; either way it is kept in the audit log. */
  public void over(NoticeRow notice, String where, int status) {
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  rows.notices().remove(notice.number());
                  rows.tokens()
                      .record(
                          new Tokens.Deed(
                              now(),
                              "controller",
                              "notice " + notice.id() + " to " + where,
                              status));
                  return true;
                }));
  }

  /** It failed, and is to be tried again after a pause. */
  public void again(NoticeRow notice, Duration pause) {
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  rows.notices()
                      .reschedule(
                          new NoticeRow(
                              notice.number(),
                              notice.id(),
                              notice.target(),
                              notice.body(),
                              notice.createdMillis(),
                              now() + pause.toMillis(),
                              notice.tries()));
                  return true;
                }));
  }

  private long now() {
    return parts.clocks().wallMillis();
  }
}
