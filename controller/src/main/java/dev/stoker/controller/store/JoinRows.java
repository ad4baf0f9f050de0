package dev.stoker.controller.store;

import org.jdbi.v3.core.Handle;

/** What joining machines are asked, and the secret that makes the questions ours. */
public final class JoinRows {
  private final Handle handle;

  JoinRows(Handle handle) {
    this.handle = handle;
  }

  /** The secret of a name: the stored one, or else the one that is offered, from now on. */
  public String secret(String name, String offered) {
    handle
        .createUpdate(
            "insert into secrets (name, value) values (:name, :value) on conflict (name) do nothing")
        .bind("name", name)
        .bind("value", offered)
        .execute();
    return handle
        .createQuery("select value from secrets where name = :name")
        .bind("name", name)
        .mapTo(String.class)
        .one();
  }

  /**
   * Uses a challenge up.
   *
   * @param forgetBeforeMillis challenges that were used before are too old to be answered again
   * @return false when it was used before
   */
  public boolean use(String challenge, long nowMillis, long forgetBeforeMillis) {
    handle
        .createUpdate("delete from challenges where used_millis < :before")
        .bind("before", forgetBeforeMillis)
        .execute();
    return handle
            .createUpdate(
                "insert into challenges (id, used_millis) values (:id, :now) on conflict (id) do"
                    + " nothing")
            .bind("id", challenge)
            .bind("now", nowMillis)
            .execute()
        == 1;
  }
}
