package org.spanmatch.gram;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.spanmatch.gram.GramLayer.Repetition;
import org.spanmatch.gram.GramPair.NormProducts;

/**
 * The bytes of a Gram matrix on its way from one process to another: all numbers as they are, big
 * endian, in no more memory than a buffer takes. {@link GramFile} is the form that lasts.
 */
final class GramStream {
  private static final int BUFFER_VALUES = 4096;

  private GramStream() {}

  static void write(Gram gram, DataOutput out) throws IOException {
    boolean isMatrix = gram.precision() == Precision.STANDARD;
    out.writeBoolean(isMatrix);
    out.writeLong(gram.samples());
    out.writeDouble(gram.deadThreshold());
    out.writeDouble(gram.error());
    out.writeInt(gram.layers().size());
    for (GramLayer layer : gram.layers()) {
      write(layer, out);
    }
    out.writeInt(gram.normProducts().size());
    for (Map.Entry<GramPair, NormProducts> entry : gram.normProducts().entrySet()) {
      write(entry.getKey(), out);
      NormProducts products = entry.getValue();
      out.writeDouble(products.product());
      out.writeDouble(products.moved());
      write(products.firstSums(), out);
      write(products.secondSums(), out);
    }
    if (isMatrix) {
      Map<GramPair, double[]> blocks = ((GramMatrix) gram).blocks();
      out.writeInt(blocks.size());
      for (Map.Entry<GramPair, double[]> block : blocks.entrySet()) {
        write(block.getKey(), out);
        write(block.getValue(), out);
      }
    } else {
      TriangularFactor factor = (TriangularFactor) gram;
      out.writeInt(factor.rows());
      for (int row = 0; row < factor.rows(); row++) {
        double[] values = new double[factor.columns() - row];
        for (int i = 0; i < values.length; i++) {
          values[i] = factor.get(row, row + i);
        }
        write(values, out);
      }
    }
  }

  static Gram read(DataInput in) throws IOException {
    boolean isMatrix = in.readBoolean();
    long samples = in.readLong();
    double deadThreshold = in.readDouble();
    double error = in.readDouble();
    List<GramLayer> layers = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      layers.add(layer(in));
    }
    Map<GramPair, NormProducts> products = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      GramPair pair = pair(in);
      double product = in.readDouble();
      double moved = in.readDouble();
      products.put(pair, new NormProducts(product, doubles(in), doubles(in), moved));
    }
    if (isMatrix) {
      Map<GramPair, double[]> blocks = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        GramPair pair = pair(in);
        blocks.put(pair, doubles(in));
      }
      return new GramMatrix(layers, samples, deadThreshold, error, blocks, products);
    }
    double[][] rows = new double[in.readInt()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = doubles(in);
    }
    return new TriangularFactor(layers, samples, deadThreshold, error, rows, products);
  }

  private static void write(GramLayer layer, DataOutput out) throws IOException {
    out.writeInt(layer.network());
    write(layer.name(), out);
    out.writeInt(layer.sources().size());
    for (String source : layer.sources()) {
      write(source, out);
    }
    write(layer.sampleAxes().stream().mapToLong(Long::longValue).toArray(), out);
    out.writeDouble(layer.storageRoundoff());
    out.writeLong(layer.masked());
    Moments moments = layer.moments();
    write(moments.scaledSums(), out);
    write(moments.scaledSquares(), out);
    write(moments.scaledFourthPowers(), out);
    write(moments.activeSamples(), out);
    for (int exponent : moments.scaleExponents()) {
      out.writeInt(exponent);
    }
    write(moments.shifts(), out);
    Repetition seen = moments.repetition();
    write(
        new long[] {seen.looked(), seen.silent(), seen.commonest(), seen.key(), seen.distinct()},
        out);
  }

  private static GramLayer layer(DataInput in) throws IOException {
    int network = in.readInt();
    String name = text(in);
    List<String> sources = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sources.add(text(in));
    }
    List<Long> axes = new ArrayList<>();
    for (long size : longs(in)) {
      axes.add(size);
    }
    double roundoff = in.readDouble();
    long masked = in.readLong();
    double[] sums = doubles(in);
    double[] squares = doubles(in);
    double[] fourthPowers = doubles(in);
    long[] active = longs(in);
    int[] exponents = new int[sums.length];
    for (int i = 0; i < exponents.length; i++) {
      exponents[i] = in.readInt();
    }
    Moments moments = new Moments(sums, squares, fourthPowers, active, exponents, doubles(in));
    long[] seen = longs(in);
    return new GramLayer(
        network,
        name,
        sources,
        axes,
        roundoff,
        moments.withRepetition(new Repetition(seen[0], seen[1], seen[2], seen[3], seen[4])),
        masked);
  }

  private static void write(GramPair pair, DataOutput out) throws IOException {
    out.writeInt(pair.first());
    out.writeInt(pair.second());
  }

  private static GramPair pair(DataInput in) throws IOException {
    int first = in.readInt();
    return new GramPair(first, in.readInt());
  }

  private static void write(String text, DataOutput out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void write(long[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    for (long value : values) {
      out.writeLong(value);
    }
  }

  private static long[] longs(DataInput in) throws IOException {
    long[] values = new long[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readLong();
    }
    return values;
  }

  private static void write(double[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    byte[] buffer = buffer(values.length);
    for (int from = 0; from < values.length; from += BUFFER_VALUES) {
      int count = Math.min(BUFFER_VALUES, values.length - from);
      ByteBuffer.wrap(buffer).asDoubleBuffer().put(values, from, count);
      out.write(buffer, 0, count * Double.BYTES);
    }
  }

  private static double[] doubles(DataInput in) throws IOException {
    double[] values = new double[in.readInt()];
    byte[] buffer = buffer(values.length);
    for (int from = 0; from < values.length; from += BUFFER_VALUES) {
      int count = Math.min(BUFFER_VALUES, values.length - from);
      in.readFully(buffer, 0, count * Double.BYTES);
      ByteBuffer.wrap(buffer).asDoubleBuffer().get(values, from, count);
    }
    return values;
  }

  private static byte[] buffer(int values) {
    return new byte[Math.min(BUFFER_VALUES, values) * Double.BYTES];
  }
}
