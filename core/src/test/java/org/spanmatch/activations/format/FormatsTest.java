package org.spanmatch.activations.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.TestArray;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.StridedValues;

/** Formats that others provide are found, after those of this module. */
class FormatsTest {
  private static final TestArray ARRAY =
      TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, false, 5, 3);

  @TempDir private Path folder;

  /** Takes every file for 5 × 3 values in Fortran order. */
  public static final class AnyFile implements ActivationFormat {
    @Override
    public List<String> suffixes() {
      return List.of(".any");
    }

    @Override
    public boolean recognises(Path file, byte[] start) {
      return true;
    }

    @Override
    public Content open(Path file) throws IOException {
      List<Long> shape = List.of(5L, 3L);
      StridedValues values =
          new StridedValues(
              FileStamp.of(file),
              ArrayBytes.of(file),
              0,
              shape,
              StridedValues.strides(shape, true),
              ElementType.FLOAT32,
              ByteOrder.LITTLE_ENDIAN);
      return new Content(List.of(StoredArray.of("any", "float", values)), List.of(), false);
    }
  }

  @Test
  void formatsOfOthersAndBrokenOnes() throws IOException {
    Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
    Files.writeString(
        services.resolve(ActivationFormat.class.getName()),
        "no.such.Format\n" + AnyFile.class.getName() + "\n");
    Path npy = Files.write(folder.resolve("x.any"), ARRAY.npy());
    TestArray fortran = TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, true, 5, 3);
    Path own = Files.write(folder.resolve("y"), fortran.data());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URL[] classes = {folder.resolve("classes").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classes, FormatsTest.class.getClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      assertEquals("<f4", ActivationFile.open(npy).arrays().get(0).dtype());
      StoredArray array = ActivationFile.open(own).arrays().get(0);
      assertEquals("any", array.name());
      assertEquals("Fortran", array.order());
      fortran.assertReadBack(array.layer(List.of()), Layout.NF);
      assertTrue(Formats.load().names().endsWith(" or .any"), Formats.load().names());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    assertFalse(Formats.load().names().contains(".any"));
  }
}
