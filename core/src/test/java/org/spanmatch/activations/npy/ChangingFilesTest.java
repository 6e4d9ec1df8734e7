package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;

/** Tests that a file that changes while in use is refused, at the next read at the latest. */
class ChangingFilesTest {
  // More than one block, so that a pass is not finished after the first.
  private static final int SAMPLES = 400_000;

  @TempDir private Path folder;
  private Path file;

  /** How a file changes. */
  enum Change {
    WRITTEN_AGAIN,
    APPENDED_TO,
    REPLACED,
    REMOVED;

    void make(Path file) throws IOException {
      FileTime before = Files.getLastModifiedTime(file);
      byte[] content = Files.readAllBytes(file);
      switch (this) {
        case WRITTEN_AGAIN -> {
          // The same size, and a time later by the least that every file system resolves.
          Files.write(file, content);
          Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 2000));
        }
        case APPENDED_TO -> {
          Files.write(file, Arrays.copyOf(content, content.length + 1));
          Files.setLastModifiedTime(file, before);
        }
        case REPLACED -> {
          Path other = Files.write(file.resolveSibling("other"), content);
          Files.setLastModifiedTime(other, FileTime.fromMillis(before.toMillis() + 2000));
          Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        }
        default -> Files.delete(file);
      }
    }

    String sentence() {
      return this == REMOVED ? "it was removed" : "it changed while it was in use";
    }
  }

  @BeforeEach
  void write() throws IOException {
    double[] values = new double[2 * SAMPLES];
    Arrays.setAll(values, i -> i % 7);
    file = Files.write(folder.resolve("layer.npy"), NpyBytes.of(values, SAMPLES, 2));
  }

  private Layer layer() {
    return ActivationFile.open(file).arrays().get(0).layer(List.of());
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void betweenHeaderAndValues(Change change) throws IOException {
    Layer layer = layer();
    change.make(file);
    assertRefused(layer::open, file, change.sentence());
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void inTheMiddleOfAPass(Change change) throws IOException {
    try (BlockReader reader = layer().open()) {
      assertNotNull(reader.next());
      change.make(file);
      assertRefused(reader::next, file, change.sentence());
    }
  }

  /** The message must not blame the early end of the data. */
  @Test
  void aChangeThatLooksLikeDamageIsNamed() throws IOException {
    try (BlockReader reader = layer().open()) {
      assertNotNull(reader.next());
      Files.write(file, new byte[10]);
      assertRefused(reader::next, file, "it changed while it was in use");
    }
  }

  @Test
  void betweenTwoPasses() throws IOException {
    Layer layer = layer();
    try (BlockReader reader = layer.open()) {
      assertNotNull(reader.next());
    }
    Change.WRITTEN_AGAIN.make(file);
    assertRefused(layer::open, file, "it changed while it was in use");
  }
}
