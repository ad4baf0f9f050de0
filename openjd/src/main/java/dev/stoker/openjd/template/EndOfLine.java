package dev.stoker.openjd.template;

/** The line ends of an embedded file on disk. */
public enum EndOfLine {
  /** The host's own: LF on Linux. */
  AUTO,
  LF,
  CRLF
}
