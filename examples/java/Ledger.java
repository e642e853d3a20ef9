import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executors;

/**
 * A small server as a vendor ships one: an archive with lib/, conf/ and docs/. It keeps lines that are
 * posted to /lines in a file below its data directory, and tells its state under /health.
 *
 * Ledger [HOME] serves; Ledger --check asks a running one, as a health check does.
 */
public final class Ledger {
    private final Path file;
    private final String title;

    private Ledger(Path file, String title) {
        this.file = file;
        this.title = title;
    }

    private static Properties settings(Path home) throws IOException {
        Properties settings = new Properties();
        try (InputStream in = Files.newInputStream(home.resolve("conf/ledger.properties"))) {
            settings.load(in);
        }
        return settings;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private synchronized void lines(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            String line = new String(exchange.getRequestBody().readNBytes(4096), StandardCharsets.UTF_8).strip();
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            answer(exchange, 201, "kept\n");
            return;
        }
        List<String> kept = Files.exists(file) ? Files.readAllLines(file) : List.of();
        answer(exchange, 200, title + ": " + kept.size() + " lines\n" + String.join("\n", kept) + "\n");
    }

    private static int check(int port) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        URI uri = URI.create("http://127.0.0.1:" + port + "/health");
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200 ? 0 : 1;
    }

    public static void main(String[] args) throws Exception {
        boolean ask = args.length > 0 && args[0].equals("--check");
        Path home = Path.of(args.length > 0 && !ask ? args[0] : System.getProperty("ledger.home", "."));
        Properties settings = settings(home);
        int port = Integer.parseInt(settings.getProperty("port", "9000"));
        if (ask) {
            System.exit(check(port));
        }
        Path data = Files.createDirectories(Path.of(settings.getProperty("data", "data")));
        Ledger ledger = new Ledger(data.resolve("lines"), settings.getProperty("title", "Ledger"));
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/lines", ledger::lines);
        server.createContext("/health", exchange -> answer(exchange, 200, "up\n"));
        server.setExecutor(Executors.newFixedThreadPool(4));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(1)));
        server.start();
        System.out.println("ledger listens on port " + port);
    }
}
