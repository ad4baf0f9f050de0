package dev.stoker.io.publish;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The file system of a process that dies in its n-th step, before or right after it took effect.
 */
final class FailingFileSteps implements FileSteps {
  private final int failingStep;
  private final boolean afterEffect;
  private int step;

  FailingFileSteps(int failingStep, boolean afterEffect) {
    this.failingStep = failingStep;
    this.afterEffect = afterEffect;
  }

  boolean failed() {
    return step >= failingStep;
  }

  @Override
  public void makeFolder(Path folder) throws IOException {
    run(() -> SYSTEM.makeFolder(folder));
  }

  @Override
  public FileChannel create(Path file) throws IOException {
    run(() -> {});
    return SYSTEM.create(file);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    run(() -> SYSTEM.link(existing, name));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    run(() -> SYSTEM.rename(from, to));
  }

  @Override
  public void remove(Path path) throws IOException {
    run(() -> SYSTEM.remove(path));
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    run(() -> SYSTEM.syncFolder(folder));
  }

  private void run(Step effect) throws IOException {
    step++;
    if (step > failingStep) {
      throw new Death();
    }
    if (step < failingStep || afterEffect) {
      effect.run();
    }
    if (step == failingStep) {
      throw new Death();
    }
  }

  /** No IOException: the code under test must not get a chance to handle its own death. */
  static final class Death extends Error {}

  private interface Step {
    void run() throws IOException;
  }
}
