package dev.stoker.io.pin;

import dev.stoker.io.asset.IoFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sheets of a node's sessions. One is forgotten with its last session. Nothing is kept on disk:
 * whoever tells of the pins tells them again to a process that was started anew. Thread-safe.
 */
public final class NodePins {
  /** In one answer; some 200 KB. */
  private static final int MOST_MET = 2_000;

  private final ReentrantLock lock = new ReentrantLock(); // guards both
  private final Map<String, SessionPins> sessions = new HashMap<>();
  private final Map<String, PinSheet> sheets = new HashMap<>();

  /** What a session keeps to; {@link SessionPins#NONE} where nobody said. */
  public SessionPins of(String sessionId) {
    lock.lock();
    try {
      return sessions.getOrDefault(sessionId, SessionPins.NONE);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has a session keep to a sheet, tells that of more pins, and says what was met.
   *
   * @throws IoFailure.Invalid when the session keeps to another sheet
   */
  public PinReport pin(PinRequest request) {
    SessionPins session = session(request);
    PinSheet sheet = session.sheet();
    if (sheet == null) {
      return new PinReport("", 0, List.of(), List.of());
    }
    if (!request.sheetId().isEmpty()) {
      sheet.tell(request.pins(), request.next());
    }
    return new PinReport(
        sheet.id(), sheet.next(), sheet.metBy(session, MOST_MET), session.conflicts());
  }

  private SessionPins session(PinRequest request) {
    lock.lock();
    try {
      SessionPins known = sessions.get(request.sessionId());
      if (known == null && !request.sheetId().isEmpty()) {
        known =
            new SessionPins(
                sheets.computeIfAbsent(request.sheetId(), PinSheet::new), request.free());
        sessions.put(request.sessionId(), known);
      }
      if (known == null) {
        return SessionPins.NONE;
      }
      PinSheet sheet = known.sheet();
      if (sheet != null && !request.sheetId().isEmpty() && !sheet.id().equals(request.sheetId())) {
        throw new IoFailure.Invalid(
            "The session %s keeps to %s and cannot keep to %s as well."
                .formatted(request.sessionId(), sheet.id(), request.sheetId()));
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** A session is over; knows nothing of the id: does nothing. */
  public void forget(String sessionId) {
    lock.lock();
    try {
      SessionPins session = sessions.remove(sessionId);
      if (session == null) {
        return;
      }
      PinSheet sheet = session.sheet();
      if (sheet == null) {
        return;
      }
      sheet.leave(session);
      if (sessions.values().stream().noneMatch(other -> other.sheet() == sheet)) {
        sheets.remove(sheet.id());
      }
    } finally {
      lock.unlock();
    }
  }
}
