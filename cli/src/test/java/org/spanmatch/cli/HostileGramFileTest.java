package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * Gram files made to do harm: whatever they hold, reading and asking them gives a result or one of
 * two exceptions, in bounded memory.
 */
class HostileGramFileTest {
  private static final int ROUNDS = 1000;
  private static final int SAMPLES = 40;
  private static final int NEURONS = 3;
  private static final int HEADER = 10;
  private static final double[] VALUES = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    -1,
    0,
    1e-300,
    1e300,
    -1e300,
    Double.MAX_VALUE,
    Double.MIN_VALUE,
    Long.MAX_VALUE
  };
  private static final long[] COUNTS = {
    -1, 0, 1, 2, 64, 1 << 20, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
  };

  @TempDir Path folder;
  private final ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1, "0"));
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @AfterEach
  void close() {
    kernel.close();
  }

  private Path goodFile(Precision precision) throws IOException {
    List<Gram> grams = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      List<Layer> layers = List.of(layer("layer " + seed, seed), layer("layer " + seed, 10 + seed));
      GramOptions options = GramOptions.defaults().withPrecision(precision).withNormProducts();
      grams.add(kernel.gram(layers, GramPair.all(2), options));
    }
    Path file = folder.resolve("good.gram.npz");
    try (OutputStream out = Files.newOutputStream(file)) {
      GramFile.write(grams, out);
    }
    return file;
  }

  private static Layer layer(String name, int seed) {
    float[] activations = TestFiles.relu(SAMPLES * NEURONS, seed);
    double[] values = new double[activations.length];
    Arrays.setAll(values, i -> activations[i]);
    return Layers.of(name, SAMPLES, NEURONS, values);
  }

  /** Everything that a command could ask. */
  private static final class Everything implements Question<Boolean> {
    @Override
    public Boolean answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      table.distances(Group.X);
      table.distances(Group.Y);
      MaximumMatch.find(table, 0.1, 0.5);
      MatchSpectrum.of(table, Progress.NONE);
      return true;
    }

    @Override
    public boolean inDoubt(Boolean answer) {
      return true;
    }
  }

  /** Whether a file can be used; anything but the two exceptions fails. */
  private boolean isUsable(Path file, String mutation) throws IOException {
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    List<Gram> grams = List.of();
    try {
      grams = GramFile.read(file);
    } catch (ActivationsException | GramException e) {
      assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    } catch (RuntimeException | Error e) {
      throw new AssertionError(mutation, e);
    }
    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    // Every array takes a block to read it, and every zip entry its own buffers.
    assertTrue(allocated < 64 * Files.size(file) + (64 << 20), mutation + " took " + allocated);
    if (grams.isEmpty()) {
      return false;
    }
    try {
      for (LayerPair.OfGram pair : LayerPairs.of(grams, name -> true).pairs()) {
        new LayerComparison(pair, kernel, LayerComparison.Options.defaults())
            .answer(new Everything());
      }
      Gram.sum(List.of(grams.get(0), grams.get(0)));
      return true;
    } catch (GramException e) {
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(mutation, e);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void flippedBytesAndTruncations(Precision precision) throws IOException {
    byte[] good = Files.readAllBytes(goodFile(precision));
    Random random = new Random(1);
    Path file = folder.resolve("bad.npz");
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = good.clone();
      String mutation = "round " + round;
      if (round % 4 == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      } else {
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      isUsable(Files.write(file, bad), mutation);
    }
  }

  /** With checksums that are right, as only somebody who means it makes them. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void mutatedArrays(Precision precision) throws IOException {
    Map<String, byte[]> good = entries(goodFile(precision));
    List<String> names = List.copyOf(good.keySet());
    Random random = new Random(2);
    int usable = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, byte[]> bad = new LinkedHashMap<>(good);
      StringBuilder mutation = new StringBuilder("round " + round);
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        String name = names.get(random.nextInt(names.size()));
        mutation.append(' ').append(name).append(' ').append(mutate(bad, name, names, random));
      }
      usable += isUsable(write(bad), mutation.toString()) ? 1 : 0;
    }
    assertTrue(usable > ROUNDS / 20, "the changes should not all be refused at once: " + usable);
  }

  private static String mutate(
      Map<String, byte[]> entries, String name, List<String> names, Random random) {
    byte[] array = entries.get(name);
    if (array == null) {
      return "gone already";
    }
    int data = HEADER + (array[8] & 0xff) + 256 * (array[9] & 0xff);
    ByteBuffer values =
        ByteBuffer.wrap(array.clone())
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(data)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    int at = 8 * random.nextInt(Math.max(1, values.capacity() / 8));
    switch (random.nextInt(6)) {
      case 0 -> {
        entries.remove(name);
        return "dropped";
      }
      case 1 -> {
        entries.put(name, entries.getOrDefault(names.get(random.nextInt(names.size())), array));
        return "is another array";
      }
      case 2 -> {
        byte[] flipped = array.clone();
        flipped[HEADER + random.nextInt(flipped.length - HEADER)] ^=
            (byte) (1 << random.nextInt(8));
        entries.put(name, flipped);
        return "flipped";
      }
      case 3 -> {
        entries.put(name, shaped(array, data, random));
        return "of another shape";
      }
      default -> {
        if (values.capacity() < 8) {
          return "has no values";
        }
        if (random.nextBoolean()) {
          values.putDouble(at, VALUES[random.nextInt(VALUES.length)]);
        } else {
          values.putLong(at, COUNTS[random.nextInt(COUNTS.length)]);
        }
        entries.put(name, values.array());
        return "with another value at " + at / 8;
      }
    }
  }

  /** The data with a header that claims another shape, and with as much data as may be true. */
  private static byte[] shaped(byte[] array, int data, Random random) {
    String header = new String(array, HEADER, data - HEADER, StandardCharsets.US_ASCII);
    String shape =
        switch (random.nextInt(5)) {
          case 0 -> "()";
          case 1 -> "(0,)";
          case 2 -> "(" + COUNTS[random.nextInt(COUNTS.length)] + ",)";
          case 3 -> "(1, " + COUNTS[random.nextInt(COUNTS.length)] + ")";
          default -> "(" + (array.length - data) / 8 + ",)";
        };
    String changed = header.replaceAll("'shape': \\([^)]*\\)", "'shape': " + shape);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] text = changed.getBytes(StandardCharsets.US_ASCII);
    bytes.write(array, 0, 8);
    bytes.write(text.length & 0xff);
    bytes.write(text.length >> 8);
    bytes.writeBytes(text);
    bytes.write(array, data, array.length - data);
    return bytes.toByteArray();
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        try (InputStream in = zip.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private Path write(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return Files.write(folder.resolve("bad.npz"), bytes.toByteArray());
  }

  /** A few kilobytes that say they are a matrix of 2³¹ neurons, or have very many layers. */
  @Test
  void hugeClaims() throws IOException {
    Map<String, byte[]> entries = entries(goodFile(Precision.STANDARD));
    for (long neurons : COUNTS) {
      Map<String, byte[]> bad = new LinkedHashMap<>(entries);
      ByteBuffer count = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      count.putLong(neurons).putLong(neurons);
      bad.put("0/neurons.npy", TestFiles.npy("'<i8'", "(2,)", count.array()));
      bad.put("0/gram/0-0.npy", TestFiles.npy("'<f8'", "(" + neurons + ",)", new byte[8]));
      isUsable(write(bad), neurons + " neurons");
      bad.put("0/neurons.npy", TestFiles.npy("'<i8'", "(" + neurons + ",)", new byte[8]));
      isUsable(write(bad), neurons + " layers");
    }
  }
}
