package org.spanmatch.activations.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.spanmatch.activations.storage.ZipEntryBytes;

/**
 * A format of files that is recognised but not read.
 *
 * @param name what such a file is, such as "an HDF5 file"
 * @param cure what makes a file of it that is read, such as a command
 */
public record ForeignFormat(String name, String cure) {
  /** The end of the name of an entry that archives of TorchScript alone have. */
  public static final String TORCH_SCRIPT = "/constants.pkl";

  private static final int TAR_MAGIC = 257;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?|nan|[-+]?inf");

  /** Known by how files begin. */
  private record Magic(String start, String name, Program program) {}

  /** The command that converts a file. */
  private interface Program {
    String cure(Path file);
  }

  private static final Program TORCH =
      python(
          "import sys, numpy, torch; d = torch.load(sys.argv[1], map_location='cpu'); d = d if"
              + " isinstance(d, dict) else {'layer': d}; numpy.savez(sys.argv[2], **{k: (v.float() if"
              + " v.is_floating_point() else v).detach().numpy() for k, v in d.items()})");
  private static final String CAPTURE =
      "it holds weights and no activations: run it on the test set and save the outputs of its layers";
  private static final Program TORCH_CODE =
      trusted(
          "import sys, torch; torch.save(torch.jit.load(sys.argv[1],"
              + " map_location='cpu').state_dict(), sys.argv[2])");
  private static final Program HDF5 =
      file -> "the module spanmatch-formats reads it, and is not on the class path";
  private static final Program MATLAB =
      python(
          "import sys, numpy, scipy.io; numpy.savez(sys.argv[2], **{k: v for k, v in"
              + " scipy.io.loadmat(sys.argv[1]).items() if k[:2] != '__'})");
  private static final Program PICKLE =
      file ->
          python(
                      "import sys, numpy, pickle; d = pickle.load(open(sys.argv[1], 'rb')); d = d if"
                          + " isinstance(d, dict) else {'layer': d}; numpy.savez(sys.argv[2], **{k:"
                          + " numpy.asarray(v) for k, v in d.items()})")
                  .cure(file)
              + " (if you trust it: a pickle can run any program)";
  private static final Program PARQUET =
      python(
          "import sys, numpy, pandas; numpy.savez(sys.argv[2],"
              + " layer=pandas.read_parquet(sys.argv[1]).to_numpy())");
  private static final Program FEATHER =
      python(
          "import sys, numpy, pandas; numpy.savez(sys.argv[2],"
              + " layer=pandas.read_feather(sys.argv[1]).to_numpy())");

  private static final List<Magic> MAGICS =
      List.of(
          new Magic("\u0089HDF\r\n\u001a\n", "an HDF5 file", HDF5),
          new Magic("MATLAB 7.3 MAT-file", "a MATLAB 7.3 (HDF5) file", HDF5),
          new Magic("MATLAB 5.0 MAT-file", "a MATLAB file", MATLAB),
          new Magic("PAR1", "a Parquet file", PARQUET),
          new Magic("ARROW1", "an Arrow (Feather) file", FEATHER),
          new Magic(
              "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019",
              "a PyTorch file from before 1.6",
              TORCH),
          new Magic("\u001f\u008b", "compressed by gzip", unpacked("gunzip -k")),
          new Magic("BZh", "compressed by bzip2", unpacked("bunzip2 -k")),
          new Magic("\u00fd7zXZ\0", "compressed by xz", unpacked("unxz -k")),
          new Magic("(\u00b5/\u00fd", "compressed by Zstandard", unpacked("unzstd")),
          new Magic("7z\u00bc\u00af'\u001c", "a 7z archive", unpacked("7z x")),
          new Magic("Rar!\u001a\u0007", "a RAR archive", unpacked("unrar x")));

  /** Recognises a file by how it begins, if it is in a known format. */
  static Optional<ForeignFormat> of(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(ActivationFormat.START_BYTES);
    }
    for (Magic magic : MAGICS) {
      if (hasAt(start, 0, magic.start)) {
        return Optional.of(new ForeignFormat(magic.name, magic.program.cure(file)));
      }
    }
    if (hasAt(start, TAR_MAGIC, "ustar")) {
      return Optional.of(new ForeignFormat("a tar archive", unpacked("tar xf").cure(file)));
    }
    if (start.length > 0 && start[0] == '{' && contains(start, "\"weight_map\"")) {
      return Optional.of(
          new ForeignFormat(
              "the index of several safetensors files",
              "name one of the files that it lists, or, if each has other samples of all layers, a"
                  + " pattern such as 'model-*.safetensors'"));
    }
    if (start.length > 2 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
      return Optional.of(new ForeignFormat("a pickle of Python objects", PICKLE.cure(file)));
    }
    if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx")
        && start.length > 0
        && start[0] == 8) {
      return Optional.of(new ForeignFormat("an ONNX model", CAPTURE + " with numpy.savez"));
    }
    return text(start, file);
  }

  /**
   * Recognises what PyTorch writes, by the entries of the archive.
   *
   * @param archive the file
   * @param entries its entries
   * @return the format, if it is one
   */
  public static Optional<ForeignFormat> of(Path archive, List<ZipEntryBytes> entries) {
    if (entries.stream().anyMatch(entry -> entry.entry().endsWith(TORCH_SCRIPT))) {
      return Optional.of(
          new ForeignFormat(
              "a TorchScript archive, which holds code and weights", TORCH_CODE.cure(archive)));
    }
    boolean isTorch =
        entries.stream()
            .map(ZipEntryBytes::entry)
            .anyMatch(entry -> entry.equals("data.pkl") || entry.endsWith("/data.pkl"));
    return isTorch
        ? Optional.of(new ForeignFormat("a PyTorch file", TORCH.cure(archive)))
        : Optional.empty();
  }

  /**
   * {@return the format of a file in which PyTorch saved a whole module}
   *
   * @param className the class of the module
   */
  public static ForeignFormat torchModule(String className) {
    return new ForeignFormat(
        "a whole module of PyTorch, of the class " + className,
        CAPTURE + ", as python/spanmatch.py does");
  }

  /**
   * {@return what makes float32 of bfloat16, which numpy stores as bytes}
   *
   * @param file the file
   */
  public static String bfloat16(Path file) {
    String program =
        "import sys, numpy; d = numpy.load(sys.argv[1]); f = lambda a:"
            + " (a.view('u2').astype('u4') << 16).view('f4') if a.dtype.str == '|V2' else a;"
            + " numpy.savez(sys.argv[2], **({k: f(d[k]) for k in d.files} if hasattr(d, 'files') else"
            + " {'layer': f(d)}))";
    return converted(program, file, "-float32.npz");
  }

  /** {@return what the file is, and what to do} */
  public String reason() {
    return "it is " + name + ", expected " + Formats.load().names() + "; " + cure;
  }

  private static boolean contains(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
  }

  private static boolean hasAt(byte[] bytes, int offset, String text) {
    byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
    int end = offset + expected.length;
    return bytes.length >= end && Arrays.equals(bytes, offset, end, expected, 0, expected.length);
  }

  /**
   * Recognises lines of numbers, as CSV and {@code numpy.savetxt} have them, below names or not.
   */
  private static Optional<ForeignFormat> text(byte[] start, Path file) {
    String[] lines = new String(start, StandardCharsets.UTF_8).split("\\R", 3);
    // The last line may be cut.
    for (int line = 0; line < lines.length - 1; line++) {
      String delimiter =
          Stream.of(",", ";", "\t").filter(lines[line]::contains).findFirst().orElse(" ");
      String[] fields = lines[line].strip().split(delimiter.equals(" ") ? " +" : delimiter, -1);
      if (fields.length > 1 && Stream.of(fields).allMatch(ForeignFormat::isNumber)) {
        String program =
            "import sys, numpy; numpy.savez(sys.argv[2], layer=numpy.loadtxt(sys.argv[1]"
                + (delimiter.equals(" ")
                    ? ""
                    : ", delimiter='" + (delimiter.equals("\t") ? "\\t" : delimiter) + "'")
                + (line == 0 ? "" : ", skiprows=1")
                + "))";
        return Optional.of(new ForeignFormat("a text file of numbers", python(program).cure(file)));
      }
    }
    return Optional.empty();
  }

  private static boolean isNumber(String field) {
    return NUMBER.matcher(field.strip()).matches();
  }

  private static Program python(String program) {
    return file -> converted(program, file, ".npz");
  }

  private static String converted(String program, Path file, String suffix) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    Path target = file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + suffix);
    if (target.equals(file)) {
      target = file.resolveSibling(name + suffix);
    }
    return "this converts it: python3 -c \""
        + program
        + "\" "
        + quoted(file)
        + " "
        + quoted(target);
  }

  /** A program that runs code of the file. */
  private static Program trusted(String program) {
    return file ->
        converted(program, file, "-weights.pt")
            + " (if you trust it: loading it can run any program)";
  }

  private static Program unpacked(String command) {
    return file -> "unpack it first: " + command + " " + quoted(file);
  }

  /** As a shell takes it. */
  private static String quoted(Path file) {
    String word = file.toString();
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
