import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.spanmatch.activations.npy.NpzWriter;

/**
 * Writes the made-up activations of docs/interpretation.md: pairs of files such as
 * isomorphic-x.npz and isomorphic-y.npz. Every run writes the same numbers.
 */
public class CriticsData {
  private final Path folder;
  private final Random random = new Random(18);

  private CriticsData(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] args) throws IOException {
    CriticsData data = new CriticsData(args.length > 0 ? Path.of(args[0]) : Path.of("critics"));
    Files.createDirectories(data.folder);
    data.isomorphic();
    data.few();
    data.outlier();
    data.padded();
  }

  /** Layers of 24 neurons that are the same in some sense, on 4000 samples. */
  private void isomorphic() throws IOException {
    int samples = 4000;
    int neurons = 24;
    try (Network x = new Network("isomorphic-x.npz");
        Network y = new Network("isomorphic-y.npz")) {
      // One span in two bases.
      double[][] base = noise(samples, neurons);
      x.add("rotated", base);
      y.add("rotated", times(base, rotation(neurons)));

      // 12 shared directions and 12 private ones, mixed evenly into all neurons.
      double[][] shared = noise(samples, neurons / 2);
      double[][] ownX = noise(samples, neurons / 2);
      double[][] ownY = noise(samples, neurons / 2);
      x.add("halves", times(beside(shared, ownX), rotation(neurons)));
      y.add("halves", times(beside(shared, ownY), rotation(neurons)));

      // y_i = 2 x_i + x_(i+1), but for the last one, which has noise in the place of x_(i+1).
      double[][] links = noise(samples, neurons + 1);
      double[][] chain = new double[samples][neurons];
      for (int s = 0; s < samples; s++) {
        for (int i = 0; i < neurons; i++) {
          chain[s][i] = 2 * links[s][i] + links[s][i + 1];
        }
        links[s] = Arrays.copyOf(links[s], neurons);
      }
      x.add("chain", links);
      y.add("chain", chain);

      // Real and imaginary parts of squares of complex numbers: uncorrelated, yet one is the
      // other after a turn of the input by 45 degrees.
      double[][] real = new double[samples][neurons];
      double[][] imaginary = new double[samples][neurons];
      for (int s = 0; s < samples; s++) {
        for (int i = 0; i < neurons; i++) {
          double a = random.nextGaussian();
          double b = random.nextGaussian();
          real[s][i] = a * a - b * b;
          imaginary[s][i] = 2 * a * b;
        }
      }
      x.add("squares", real);
      y.add("squares", imaginary);
    }
  }

  /** 100 neurons on 80 and on 2000 samples: noise, and one layer beside itself with 20 % noise. */
  private void few() throws IOException {
    try (Network x = new Network("few-x.npz");
        Network y = new Network("few-y.npz")) {
      for (int samples : new int[] {80, 2000}) {
        x.add("noise-" + samples, noise(samples, 100));
        y.add("noise-" + samples, noise(samples, 100));
        double[][] base = noise(samples, 100);
        x.add("related-" + samples, base);
        y.add("related-" + samples, related(base));
      }
    }
  }

  /** 40 neurons of noise, as they are and with one of 2000 samples a thousand times as large. */
  private void outlier() throws IOException {
    double[][] noiseX = noise(2000, 40);
    double[][] noiseY = noise(2000, 40);
    try (Network x = new Network("outlier-x.npz");
        Network y = new Network("outlier-y.npz")) {
      x.add("without", noiseX);
      y.add("without", noiseY);
      for (int i = 0; i < 40; i++) {
        noiseX[0][i] *= 1000;
        noiseY[0][i] *= 1000;
      }
      x.add("with", noiseX);
      y.add("with", noiseY);
    }
  }

  /** 64 sequences of 4 to 16 tokens and padding up to 32, and the mask that says which is which. */
  private void padded() throws IOException {
    int sequences = 64;
    int length = 32;
    int neurons = 48;
    double[][] noiseX = noise(sequences * length, neurons);
    double[][] noiseY = noise(sequences * length, neurons);
    double[][] base = noise(sequences * length, neurons);
    double[][] relatedY = related(base);
    double[][] padding = noise(4, neurons);
    long[] mask = new long[sequences * length];
    for (int sequence = 0; sequence < sequences; sequence++) {
      int tokens = 4 + random.nextInt(13);
      for (int token = 0; token < length; token++) {
        int row = sequence * length + token;
        mask[row] = token < tokens ? 1 : 0;
        if (token >= tokens) {
          noiseX[row] = padding[0];
          noiseY[row] = padding[1];
          base[row] = padding[2];
          relatedY[row] = padding[3];
        }
      }
    }
    try (Network x = new Network("padded-x.npz");
        Network y = new Network("padded-y.npz")) {
      x.add("noise", noiseX, sequences, length, neurons);
      y.add("noise", noiseY, sequences, length, neurons);
      x.add("related", base, sequences, length, neurons);
      y.add("related", relatedY, sequences, length, neurons);
      x.npz.add("mask", mask, sequences, length);
      y.npz.add("mask", mask, sequences, length);
    }
  }

  /** Independent neurons of mean 0 and variance 1, one per column. */
  private double[][] noise(int samples, int neurons) {
    double[][] noise = new double[samples][neurons];
    for (double[] sample : noise) {
      Arrays.setAll(sample, i -> random.nextGaussian());
    }
    return noise;
  }

  /** Turns a layer into another basis, and adds noise of a fifth of its size. */
  private double[][] related(double[][] layer) {
    double[][] related = times(layer, rotation(layer[0].length));
    for (double[] sample : related) {
      Arrays.setAll(sample, i -> sample[i] + 0.2 * random.nextGaussian());
    }
    return related;
  }

  /** A random orthogonal matrix: noise whose rows are made orthonormal one after the other. */
  private double[][] rotation(int size) {
    double[][] rows = noise(size, size);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        double overlap = dot(rows[i], rows[j]);
        for (int k = 0; k < size; k++) {
          rows[i][k] -= overlap * rows[j][k];
        }
      }
      double norm = Math.sqrt(dot(rows[i], rows[i]));
      for (int k = 0; k < size; k++) {
        rows[i][k] /= norm;
      }
    }
    return rows;
  }

  /** A·Bᵀ. */
  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        product[i][j] = dot(a[i], b[j]);
      }
    }
    return product;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] beside(double[][] left, double[][] right) {
    double[][] both = new double[left.length][];
    for (int i = 0; i < both.length; i++) {
      both[i] = Arrays.copyOf(left[i], left[i].length + right[i].length);
      System.arraycopy(right[i], 0, both[i], left[i].length, right[i].length);
    }
    return both;
  }

  /** The file of one network. */
  private final class Network implements AutoCloseable {
    private final NpzWriter npz;

    Network(String name) throws IOException {
      npz = new NpzWriter(Files.newOutputStream(folder.resolve(name)));
    }

    void add(String layer, double[][] rows) throws IOException {
      add(layer, rows, rows.length, rows[0].length);
    }

    void add(String layer, double[][] rows, int... shape) throws IOException {
      npz.add(layer, Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), shape);
    }

    @Override
    public void close() throws IOException {
      npz.close();
    }
  }
}
