package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.kernel.backend.NeuronNorms;

/**
 * Targets for a coverage-guided fuzzer. Each takes any bytes, which the readers may refuse only
 * with the documented error. {@code docs/robustness.md} says how to run them.
 */
public final class ReaderFuzzing {
  private static final List<List<Layout>> LAYOUTS =
      List.of(List.of(), List.of(Layout.FN, Layout.NHWC, Layout.NDHWC));

  private ReaderFuzzing() {}

  private static final class Scratch {
    static final Path FOLDER = create();

    private static Path create() {
      try {
        Path folder = Files.createTempDirectory("spanmatch-fuzzing");
        for (String name :
            List.of("layer.npy", "layer.npz", "layer.safetensors", "x.npz", "y.npz")) {
          folder.resolve(name).toFile().deleteOnExit();
        }
        folder.toFile().deleteOnExit();
        return folder;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Path write(String name, byte[] content) {
    try {
      return Files.write(Scratch.FOLDER.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(Path path) {
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(path).arrays();
    } catch (ActivationsException e) {
      return;
    }
    read(arrays);
  }

  private static void read(List<StoredArray> arrays) {
    for (StoredArray array : arrays) {
      try {
        assertTrue(array.mask().kept() >= 1);
      } catch (ActivationsException e) {
        // refused as documented
      }
      for (List<Layout> layouts : LAYOUTS) {
        try {
          Content.of(array, layouts);
        } catch (ActivationsException e) {
          // refused as documented
        }
      }
    }
  }

  /** Takes the bytes as a {@code .npy} file. */
  public static final class Npy {
    private Npy() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      read(write("layer.npy", data));
    }
  }

  /** Takes the bytes as an archive. */
  public static final class Npz {
    private Npz() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      read(write("layer.npz", data));
    }
  }

  /** Takes the bytes as a file of safetensors. */
  public static final class Safetensors {
    private Safetensors() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      read(write("layer.safetensors", data));
    }
  }

  /** Takes the bytes as an entry of an archive with correct checksums. */
  public static final class Packed {
    private Packed() {}

    /**
     * Tests one input; the first byte decides whether it is deflated, and whether in zip64 format.
     */
    public static void fuzzerTestOneInput(byte[] data) {
      if (data.length > 0) {
        byte[] npy = Arrays.copyOfRange(data, 1, data.length);
        RawZip zip = new RawZip("layer.npy", npy, (data[0] & 1) != 0);
        read(((data[0] & 2) != 0 ? zip.zip64() : zip).write(Scratch.FOLDER.resolve("layer.npz")));
      }
    }
  }

  /** Takes the bytes as two archives to pair, and to read as the parts of one. */
  public static final class Pairs {
    private Pairs() {}

    /** Tests one input; the first two bytes say where the second archive begins. */
    public static void fuzzerTestOneInput(byte[] data) {
      if (data.length < 2) {
        return;
      }
      int cut = Math.min(data.length, 2 + ByteBuffer.wrap(data).getChar());
      Path xPath = write("x.npz", Arrays.copyOfRange(data, 2, cut));
      Path yPath = write("y.npz", Arrays.copyOfRange(data, cut, data.length));
      try {
        ActivationFile x = ActivationFile.open(xPath);
        ActivationFile y = ActivationFile.open(yPath);
        read(ActivationFile.concatenated(Scratch.FOLDER, List.of(x, y), List.of()).arrays());
        for (LayerPair.OfActivations pair : LayerPairs.of(x, y, name -> true, List.of()).pairs()) {
          assertEquals(pair.x().samples(), pair.y().samples());
          if (pair.x().samples() > 1) {
            LayerPair.OfActivations half = pair.sampled(pair.x().samples() / 2);
            NeuronNorms.of(half.x(), done -> {});
          }
        }
      } catch (ActivationsException e) {
        // refused as documented
      }
    }
  }

  /** Takes the bytes as a shape and an order; the reader must find every value at its position. */
  public static final class Strides {
    private static final List<ElementType> TYPES =
        List.of(ElementType.INT32, ElementType.FLOAT64, ElementType.UINT16, ElementType.FLOAT32);

    private Strides() {}

    /** Tests one input: a layout, a type, both orders and up to five sizes. */
    public static void fuzzerTestOneInput(byte[] data) {
      byte[] choice = Arrays.copyOf(data, 8);
      Layout layout = List.of(Layout.values()).get((choice[0] & 0xff) % Layout.values().length);
      ElementType type = TYPES.get(choice[1] & 3);
      ByteOrder order = (choice[2] & 1) != 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
      boolean fortran = (choice[2] & 2) != 0;
      int[] shape = new int[layout.axes()];
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = 1 + (choice[3 + axis] & 7);
      }
      TestArray array = TestArray.of(type, order, fortran, shape);
      for (boolean deflated : new boolean[] {false, true}) {
        Path file =
            new RawZip("layer.npy", array.npy(), deflated)
                .write(Scratch.FOLDER.resolve("layer.npz"));
        array.assertReadBack(
            ActivationFile.open(file).arrays().get(0).layer(List.of(layout)), layout);
      }
      array.assertReadBack(
          ActivationFile.open(write("layer.npy", array.npy()))
              .arrays()
              .get(0)
              .layer(List.of(layout)),
          layout);
    }
  }
}
