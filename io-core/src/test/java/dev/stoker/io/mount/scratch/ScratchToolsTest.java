package dev.stoker.io.mount.scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that people use work in a tree that is written to. Each is skipped where it is not. */
@Timeout(600)
class ScratchToolsTest {
  @TempDir Path top;
  private Path origin;

  @BeforeEach
  void makeOrigin() throws IOException {
    FuseAccess.require();
    origin = Files.createDirectory(top.resolve("origin"));
  }

  private static void requireTool(String name) {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", name)) || Files.isExecutable(Path.of("/bin", name)),
        "needs " + name);
  }

  /** Runs a script in the folder and wants it to succeed. */
  private String run(Path folder, String script) throws IOException {
    Path log = top.resolve("script.log");
    Process process =
        new ProcessBuilder("bash", "-euc", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      if (!ended) {
        process.destroyForcibly();
      }
      String said = Files.readString(log);
      assertEquals(0, ended ? process.exitValue() : -1, said);
      return said;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IOException(e);
    }
  }

  @Test
  void gitTarAndRsyncKeepATreeAsItIs() throws IOException {
    requireTool("git");
    requireTool("tar");
    String make =
        """
        export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
        mkdir source; cd source; git init -q .
        for i in $(seq 40); do mkdir -p d$((i % 5)); echo "file $i" > d$((i % 5))/f$i; done
        chmod +x d1/f1; ln -s f1 d1/link
        git add .; git commit -qm first
        """;
    Path local = Files.createDirectory(top.resolve("local"));
    run(local, make);
    try (ScratchMount mount = ScratchMount.of(top, origin.toString())) {
      String use =
          """
          export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
          git clone -q "file://$LOCAL/source" clone
          cd clone; git status --porcelain; git fsck --strict
          echo more >> d1/f1; git commit -qam second; git mv d2 moved; git commit -qm third; git gc -q; git fsck --strict
          test -z "$(git status --porcelain)"
          cd ..; tar -C "$LOCAL" -cf t.tar source; mkdir out; tar -C out -xpf t.tar; diff -r "$LOCAL/source" out/source
          test "$(stat -c %Y out/source/d3/f3)" = "$(stat -c %Y "$LOCAL/source/d3/f3")"
          test -x out/source/d1/f1; test "$(readlink out/source/d1/link)" = f1
          if command -v rsync >/dev/null; then rsync -a "$LOCAL/source/" synced/; diff -r "$LOCAL/source" synced; test -z "$(rsync -ain "$LOCAL/source/" synced/)"; fi
          rm -r out
          """;
      run(mount.folder(), "LOCAL='" + local + "'\n" + use);
      assertEquals("stored", mount.end());
    }
    run(
        origin,
        "test ! -e out; export GIT_CONFIG_GLOBAL=/dev/null; git -c safe.directory='*' -C clone fsck --strict; "
            + "test -z \"$(git -c safe.directory='*' -C clone status --porcelain)\"");
  }

  @Test
  void sqliteKeepsItsPromises() throws IOException {
    requireTool("sqlite3");
    try (ScratchMount mount = ScratchMount.of(top, origin.toString())) {
      String use =
          """
          sqlite3 a.db "create table t(x integer primary key, y text); begin; with recursive n(i) as (select 1 union all select i+1 from n where i<2000) insert into t select i, hex(randomblob(50)) from n; commit; update t set y='z' where x%7=0; delete from t where x%5=0; pragma journal_mode=wal; insert into t values(9999,'wal'); vacuum; pragma integrity_check;"
          test "$(sqlite3 a.db 'select count(*) from t')" = 1601
          """;
      run(mount.folder(), use);
      assertEquals("stored", mount.end());
    }
    run(origin, "test \"$(sqlite3 a.db 'pragma integrity_check')\" = ok");
  }

  /**
   * {@code benchmarks/faults fio}: what is read back is what was written, in every way there is.
   */
  @Test
  @Tag("nightly")
  void fioVerifiesWhatItWrote() throws IOException {
    requireTool("fio");
    try (ScratchMount mount = ScratchMount.of(top, origin.toString())) {
      Path file = top.resolve("verify.fio");
      String size = System.getProperty("stoker.fio.size", "64m");
      Files.writeString(
          file,
          """
              [global]
              directory=%s
              size=%s
              verify=crc32c
              verify_fatal=1
              do_verify=1
              [sequential]
              rw=write
              bs=128k
              fsync_on_close=1
              [random]
              stonewall
              rw=randwrite
              bs=4k
              ioengine=psync
              [mixed]
              stonewall
              rw=randrw
              bsrange=512-64k
              bs_unaligned=1
              ioengine=psync
              [mapped]
              stonewall
              rw=randwrite
              bs=4k
              ioengine=mmap
              [direct]
              stonewall
              rw=randwrite
              bs=16k
              direct=1
              ioengine=psync
              [many]
              stonewall
              rw=randwrite
              bs=8k
              numjobs=4
              nrfiles=8
              ioengine=psync
              """
              .formatted(mount.folder(), size));
      String said = run(top, "fio --output-format=terse " + file + " | cut -d';' -f3,5");
      System.out.println("fio verify: " + said.replace('\n', ' '));
      assertEquals("stored", mount.end());
    }
  }
}
