// The rows and questions of engine_peer in Lucene 8 (Debian: liblucene8-java), asked as a search
// server asks it: one document for each row with all its words, terms for the filters, ordinals for
// the facets (the values as they are and, where they roll up, with all above them), exact counts,
// the best 25 documents.
//
//   java LucenePeer INDEX DUMP        builds INDEX from DUMP if it is not there
//
// Then reads commands, one a line: "answers FILE" writes totals and facet counts of every question,
// "round" prints the processor time of each, "quit". See engine_peer.cc for the files.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MultiCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.MMapDirectory;

public class LucenePeer {
  static final int FACETS = 8;
  static final int PAGE = 25;
  static final int VALUES = 50;

  // A question of the dump: its name, its words, the terms that its rows must have, facets or not.
  static final class Question {
    String name;
    String[] words, filters;
    boolean facets;
  }

  // The matching documents, in order.
  static final class Matches extends SimpleCollector {
    int[] docs = new int[1024];
    int size;

    @Override
    public void collect(int doc) {
      if (size == docs.length) docs = Arrays.copyOf(docs, 2 * size);
      docs[size++] = doc;
    }

    @Override
    public ScoreMode scoreMode() {
      return ScoreMode.COMPLETE_NO_SCORES;
    }
  }

  final LeafReader leaf;
  final IndexSearcher searcher;
  final List<Question> questions = new ArrayList<>();

  LucenePeer(Path index, Path dump) throws IOException {
    boolean there = Files.exists(index);
    MMapDirectory directory = new MMapDirectory(index);
    readQuestions(dump);
    if (!there) build(directory, dump);
    DirectoryReader reader = DirectoryReader.open(directory);
    if (reader.leaves().size() != 1) throw new IOException("the index has several segments");
    leaf = reader.leaves().get(0).reader();
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
  }

  void readQuestions(Path dump) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(dump)) {
      for (String line; (line = in.readLine()) != null && line.startsWith("Q"); ) {
        String[] part = line.split("\t", -1);
        Question question = new Question();
        question.name = part[1];
        question.words = part[2].isEmpty() ? new String[0] : part[2].split(" ");
        question.filters = part[3].isEmpty() ? new String[0] : part[3].split("\u001f");
        question.facets = part[4].equals("1");
        questions.add(question);
      }
    }
  }

  static void build(MMapDirectory directory, Path dump) throws IOException {
    long cpu = processCpu();
    FieldType words = new FieldType();
    words.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    words.setTokenized(true);
    words.freeze();
    Map<String, String> studies = new HashMap<>();
    int rows = 0;
    IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
    config.setRAMBufferSizeMB(256);
    try (BufferedReader in = Files.newBufferedReader(dump);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (String line; (line = in.readLine()) != null; ) {
        String[] part = line.split("\t", -1);
        if (part[0].equals("S")) studies.put(part[1], part[2]);
        if (!part[0].equals("R")) continue;
        Document document = new Document();
        document.add(new Field("words", studies.get(part[1]) + " " + part[2], words));
        for (String value : part[3].split("\u001f")) {
          if (value.isEmpty()) continue;
          document.add(
              new SortedSetDocValuesField(
                  value.substring(0, 2),
                  new org.apache.lucene.util.BytesRef(value.substring(3))));
        }
        for (String filter : part[4].split("\u001f")) {
          document.add(new StringField("filter", filter, Field.Store.NO));
        }
        writer.addDocument(document);
        ++rows;
      }
      writer.forceMerge(1);
    }
    long size = 0;
    for (String file : directory.listAll()) size += directory.fileLength(file);
    System.err.printf(
        "lucene: %d rows indexed, processor %.1f us a row (words as they come, no analysis), "
            + "%.0f bytes a row%n",
        rows, (processCpu() - cpu) / 1e3 / rows, (double) size / rows);
  }

  static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  Query queryOf(Question question) {
    if (question.words.length + question.filters.length == 0) return new MatchAllDocsQuery();
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    for (String word : question.words) {
      query.add(new TermQuery(new Term("words", word)), BooleanClause.Occur.MUST);
    }
    for (String filter : question.filters) {
      query.add(new TermQuery(new Term("filter", filter)), BooleanClause.Occur.FILTER);
    }
    return query.build();
  }

  int[] count(String field, Matches matches) throws IOException {
    SortedSetDocValues values = leaf.getSortedSetDocValues(field);
    if (values == null) return new int[0];
    int[] counts = new int[(int) values.getValueCount()];
    for (int i = 0; i < matches.size; ++i) {
      if (!values.advanceExact(matches.docs[i])) continue;
      for (long ord; (ord = values.nextOrd()) != SortedSetDocValues.NO_MORE_ORDS; ) {
        ++counts[(int) ord];
      }
    }
    return counts;
  }

  // The most frequent values, as an answer lists them.
  List<String> best(String field, int[] counts) throws IOException {
    PriorityQueue<Integer> queue =
        new PriorityQueue<>((a, b) -> Integer.compare(counts[a], counts[b]));
    for (int ord = 0; ord < counts.length; ++ord) {
      if (counts[ord] == 0) continue;
      if (queue.size() < VALUES) {
        queue.add(ord);
      } else if (counts[ord] > counts[queue.peek()]) {
        queue.poll();
        queue.add(ord);
      }
    }
    SortedSetDocValues values = leaf.getSortedSetDocValues(field);
    List<String> out = new ArrayList<>();
    for (int ord : queue) out.add(values.lookupOrd(ord).utf8ToString() + " " + counts[ord]);
    return out;
  }

  long ask(Question question) throws IOException {
    Matches matches = new Matches();
    TopScoreDocCollector top = TopScoreDocCollector.create(PAGE, Integer.MAX_VALUE);
    Collector collector = question.facets ? MultiCollector.wrap(top, matches) : top;
    searcher.search(queryOf(question), collector);
    if (question.facets) {
      for (int f = 0; f < FACETS; ++f) {
        int[] exact = count("e" + f, matches);
        best("e" + f, exact);
        int[] all = count("c" + f, matches);
        if (all.length > 0) best("c" + f, all);
      }
    }
    return top.topDocs().totalHits.value;
  }

  void answers(Path file) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      for (Question question : questions) {
        Matches matches = new Matches();
        searcher.search(queryOf(question), matches);
        out.print(question.name + "\ttotal\t\t" + matches.size + "\n");
        if (!question.facets) continue;
        for (int f = 0; f < FACETS; ++f) {
          for (String kind : new String[] {"e", "c"}) {
            int[] counts = count(kind + f, matches);
            SortedSetDocValues values = leaf.getSortedSetDocValues(kind + f);
            for (int ord = 0; ord < counts.length; ++ord) {
              if (counts[ord] == 0) continue;
              String key = values.lookupOrd(ord).utf8ToString();
              out.print(question.name + "\t" + kind + f + "\t" + key + "\t" + counts[ord] + "\n");
            }
          }
        }
      }
    }
  }

  public static void main(String[] args) throws IOException {
    LucenePeer peer = new LucenePeer(Paths.get(args[0]), Paths.get(args[1]));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line; (line = in.readLine()) != null && !line.equals("quit"); ) {
      if (line.startsWith("answers ")) peer.answers(Paths.get(line.substring(8)));
      if (line.equals("round")) {
        for (Question question : peer.questions) {
          long begin = threads.getCurrentThreadCpuTime();
          peer.ask(question);
          long took = threads.getCurrentThreadCpuTime() - begin;
          System.out.printf("%s\t%.4f%n", question.name, took / 1e6);
        }
      }
      System.out.println("done");
    }
  }
}
