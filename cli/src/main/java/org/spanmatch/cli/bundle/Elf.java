package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Linux library or program of 64 bits wants from the system that it runs on, as {@code
 * readelf -d} and {@code objdump -T} would print it.
 *
 * @param needed the names of the libraries
 * @param glibc the version of glibc, such as 2.17; empty if any will do
 */
record Elf(Set<String> needed, Optional<String> glibc) {
  private static final int DYNAMIC = 6;
  private static final int NEEDED = 1;
  private static final Pattern GLIBC = Pattern.compile("\0GLIBC_(2\\.[0-9.]+)(?=\0)");
  private static final Comparator<String> BY_NUMBER = Comparator.comparing(Runtime.Version::parse);

  /** Reads a file; empty if it is no such library or program. */
  static Optional<Elf> of(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    boolean isElf = content.length > 64 && bytes.getInt(0) == 0x464c457f;
    if (!isElf || content[4] != 2 || content[5] != 1) {
      return Optional.empty();
    }
    Set<String> needed = new TreeSet<>();
    List<String> versions = new ArrayList<>();
    int sections = (int) bytes.getLong(0x28);
    int size = bytes.getShort(0x3a);
    int count = bytes.getShort(0x3c);
    for (int i = 0; i < count; i++) {
      int section = sections + i * size;
      if (bytes.getInt(section + 4) == DYNAMIC) {
        int names = sections + bytes.getInt(section + 0x28) * size;
        int start = (int) bytes.getLong(names + 0x18);
        int length = (int) bytes.getLong(names + 0x20);
        String strings = new String(content, start, length, StandardCharsets.ISO_8859_1);
        addNeeded(bytes, section, strings, needed);
        Matcher matcher = GLIBC.matcher(strings);
        while (matcher.find()) {
          versions.add(matcher.group(1));
        }
      }
    }
    return Optional.of(new Elf(needed, versions.stream().max(BY_NUMBER)));
  }

  private static void addNeeded(
      ByteBuffer bytes, int section, String strings, Collection<String> needed) {
    int start = (int) bytes.getLong(section + 0x18);
    int length = (int) bytes.getLong(section + 0x20);
    for (int entry = start; entry < start + length; entry += 16) {
      if (bytes.getLong(entry) == NEEDED) {
        int name = (int) bytes.getLong(entry + 8);
        needed.add(strings.substring(name, strings.indexOf('\0', name)));
      }
    }
  }

  /** What several files want together, but for what they bring themselves. */
  static Elf together(Collection<Path> files) throws IOException {
    Set<String> needed = new TreeSet<>();
    List<String> versions = new ArrayList<>();
    for (Path file : files) {
      of(file)
          .ifPresent(
              elf -> {
                needed.addAll(elf.needed());
                elf.glibc().ifPresent(versions::add);
              });
    }
    files.forEach(file -> needed.remove(file.getFileName().toString()));
    return new Elf(needed, versions.stream().max(BY_NUMBER));
  }
}
