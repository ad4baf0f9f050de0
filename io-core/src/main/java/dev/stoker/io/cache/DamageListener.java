package dev.stoker.io.cache;

/**
 * Told of damage to files that were laid out for others. Called by whichever thread found it, with
 * no lock held; returns soon and does not throw.
 */
@FunctionalInterface
public interface DamageListener {
  void damaged(DamagedFile file);
}
