package dev.stoker.controller.store;

/**
 * Word of a job's end that is not delivered yet.
 *
 * @param number names it in this store; 0 before it is stored
 * @param id the same in each delivery
 * @param target {@code hook NAME} or {@code mail} of the configuration, or an address
 * @param body what is delivered, JSON
 * @param createdMillis milliseconds since 1970
 * @param nextMillis when to try, likewise
 * @param tries how many there were
 */
public record NoticeRow(
    long number,
    String id,
    String target,
    String body,
    long createdMillis,
    long nextMillis,
    int tries) {

  /** The same, to be tried at another time. */
  public NoticeRow triedUntil(long millis) {
    return new NoticeRow(number, id, target, body, createdMillis, millis, tries + 1);
  }

  @Override
  public String toString() {
    return "NoticeRow[" + id + "]";
  }
}
