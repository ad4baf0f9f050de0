package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.io.daemon.MountRequest;
import dev.stoker.io.mount.AssetTreeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * How a tree is mounted. The names are those of rclone and blobfuse2 where they mean the same; the
 * {@code -o} list takes them too, for {@code mount.stoker} and /etc/fstab.
 */
final class MountOptions {
  @Option(names = "--allow-other", description = "Let other users look in.")
  private boolean allowOther;

  @Option(names = "--read-only", description = "As it is without --rw; for those used to say it.")
  private boolean readOnly;

  @Option(
      names = "--rw",
      description = "Write to it, through a spool on this machine: scratch space for people.")
  private boolean writable;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description = "Where what is written waits to be stored (DATA/spool).")
  private @Nullable String spool;

  @Option(
      names = "--spool-size",
      paramLabel = "SIZE",
      description = "Most that waits there; then writers wait (16GiB).")
  private @Nullable String spoolSize;

  @Option(
      names = "--write-back",
      paramLabel = "TIME",
      description = "How long after its last close a file is stored (1s); 0s: close waits for it.")
  private @Nullable String writeBack;

  @Option(
      names = "--unmount-timeout",
      paramLabel = "TIME",
      description = "How long unmounting waits for what is not stored yet (5m).")
  private @Nullable String unmountTimeout;

  @Option(
      names = "--dir-cache-time",
      paramLabel = "TIME",
      description = "How long a listing holds (120s).")
  private @Nullable String nameTimeout;

  @Option(
      names = "--read-ahead",
      paramLabel = "SIZE",
      description = "Most that is fetched ahead of one reader (64MiB); 0 for nothing.")
  private @Nullable String readAhead;

  @Option(
      names = "--kernel-read-ahead",
      paramLabel = "SIZE",
      description = "What the kernel reads at a time, around page faults too (128KiB).")
  private @Nullable String kernelReadAhead;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long a read waits for the origin before it fails (60s).")
  private @Nullable String timeout;

  @Option(names = "--uid", paramLabel = "N", description = "Owner of all files (yourself).")
  private @Nullable Integer uid;

  @Option(names = "--gid", paramLabel = "N", description = "Group of all files (yours).")
  private @Nullable Integer gid;

  @Option(
      names = "--file-perms",
      paramLabel = "OCTAL",
      description = "Of files (0444; 0644 with --rw).")
  private @Nullable String filePerms;

  @Option(
      names = "--dir-perms",
      paramLabel = "OCTAL",
      description = "Of folders (0555; 0755 with --rw).")
  private @Nullable String dirPerms;

  @Option(
      names = "--no-passthrough",
      description = "Read complete files through Stoker too, with a check of every grain.")
  private boolean noPassthrough;

  @Option(
      names = "-o",
      paramLabel = "OPTION,…",
      split = ",",
      description = "Options as mount(8) has them: ro,allow_other,uid=N,cache=DIR, …")
  private List<String> list = new ArrayList<>();

  /** Reads the {@code -o} list, of which two options are about the cache. */
  void apply(CacheFolderOptions cache) {
    for (String option : list) {
      int equals = option.indexOf('=');
      String name = (equals < 0 ? option : option.substring(0, equals)).replace('_', '-');
      String value = equals < 0 ? "" : option.substring(equals + 1);
      if (!isMounts(name) && !(value.isEmpty() ? flag(name) : set(cache, name, value))) {
        throw CommandFailure.usage(
            "-o names '%s', which 'stoker mount' does not know; see 'stoker mount --help'."
                .formatted(option));
      }
    }
  }

  /** What mount(8), systemd and /etc/fstab mean for themselves, or what holds anyway. */
  private static boolean isMounts(String name) {
    return name.startsWith("x-")
        || List.of(
                "defaults",
                "rw",
                "ro",
                "auto",
                "noauto",
                "user",
                "nofail",
                "-netdev",
                "nodev",
                "nosuid",
                "noexec",
                "exec",
                "noatime",
                "nodiratime",
                "relatime")
            .contains(name)
        || name.startsWith("comment");
  }

  private boolean flag(String name) {
    switch (name) {
      case "allow-other" -> allowOther = true;
      case "read-only" -> readOnly = true;
      case "scratch" -> writable = true; // mount(8) says rw of every mount
      case "no-passthrough" -> noPassthrough = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean set(CacheFolderOptions cache, String name, String value) {
    switch (name) {
      case "cache", "cache-size" -> cache.set(name, value);
      case "dir-cache-time" -> nameTimeout = value;
      case "read-ahead" -> readAhead = value;
      case "kernel-read-ahead" -> kernelReadAhead = value;
      case "timeout" -> timeout = value;
      case "uid" -> uid = number("uid", value, 10);
      case "gid" -> gid = number("gid", value, 10);
      case "file-perms" -> filePerms = value;
      case "dir-perms" -> dirPerms = value;
      case "spool" -> spool = value;
      case "spool-size" -> spoolSize = value;
      case "write-back" -> writeBack = value;
      case "unmount-timeout" -> unmountTimeout = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * What the I/O process is asked for.
   *
   * @param folderOfCommand that relative paths are meant from
   * @param stays whether it is to outlive this command
   */
  MountRequest request(String uri, String folder, Path folderOfCommand, boolean stays) {
    return new MountRequest(
        "",
        uri,
        folder,
        stays,
        allowOther,
        uid == null ? dev.stoker.io.posix.Mounts.uid() : uid,
        gid == null ? dev.stoker.io.posix.Mounts.gid() : gid,
        filePerms == null ? (writable ? 0644 : 0444) : number("--file-perms", filePerms, 8) & 0777,
        dirPerms == null ? (writable ? 0755 : 0555) : number("--dir-perms", dirPerms, 8) & 0777,
        nameTimeout == null
            ? AssetTreeOptions.DEFAULT_NAME_TIMEOUT.toMillis()
            : TimeSpan.parse("--dir-cache-time", nameTimeout).toMillis(),
        readAhead == null
            ? AssetTreeOptions.DEFAULT_READ_AHEAD_BYTES
            : ByteSize.parse("--read-ahead", readAhead),
        kernelReadAhead == null
            ? MountRequest.DEFAULT_KERNEL_READ_AHEAD_KIBIBYTES
            : (int) (ByteSize.parse("--kernel-read-ahead", kernelReadAhead) >> 10),
        timeout == null
            ? MountRequest.DEFAULT_TIMEOUT_MILLIS
            : Math.max(1, TimeSpan.parse("--timeout", timeout).toMillis()),
        0,
        !noPassthrough && !writable,
        writable ? scratch(folderOfCommand) : null);
  }

  /** How long the command waits at its end for what is not stored yet. */
  Duration patience() {
    return writable ? Duration.ofMillis(unmountMillis()) : Duration.ZERO;
  }

  private MountRequest.Scratch scratch(Path folderOfCommand) {
    if (readOnly) {
      throw CommandFailure.usage("--rw and --read-only were both given; choose one.");
    }
    MountRequest.Scratch defaults = MountRequest.Scratch.defaults();
    return new MountRequest.Scratch(
        spool == null ? null : folderOfCommand.resolve(spool).toAbsolutePath().toString(),
        spoolSize == null ? defaults.spoolBytes() : ByteSize.parse("--spool-size", spoolSize),
        writeBack == null
            ? defaults.writeBackMillis()
            : TimeSpan.parse("--write-back", writeBack).toMillis(),
        unmountMillis());
  }

  private long unmountMillis() {
    return unmountTimeout == null
        ? MountRequest.Scratch.defaults().unmountMillis()
        : TimeSpan.parse("--unmount-timeout", unmountTimeout).toMillis();
  }

  private static int number(String what, String text, int radix) {
    try {
      return Integer.parseInt(text, radix);
    } catch (NumberFormatException e) {
      throw CommandFailure.usage(
          "%s is '%s', which is no number in base %d.".formatted(what, text, radix));
    }
  }
}
