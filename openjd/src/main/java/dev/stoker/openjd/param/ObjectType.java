package dev.stoker.openjd.param;

/** What a PATH parameter's value names. */
public enum ObjectType {
  FILE,
  DIRECTORY
}
