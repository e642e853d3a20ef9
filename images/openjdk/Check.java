import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Says what works where this image runs: java /usr/share/openjdk/Check.java [KEYSTORE]. With a PKCS#12 key store
 * (password "changeit", a certificate for localhost) it also serves a page over TLS and fetches it.
 */
public class Check {
	static X509TrustManager trust(KeyStore keys) throws Exception {
		var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		factory.init(keys);
		return (X509TrustManager) Arrays.stream(factory.getTrustManagers())
			.filter(m -> m instanceof X509TrustManager).findFirst().orElseThrow();
	}

	static void tls(String path) throws Exception {
		char[] password = "changeit".toCharArray();
		var keys = KeyStore.getInstance("PKCS12");
		try (var in = new FileInputStream(path)) {
			keys.load(in, password);
		}
		var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		own.init(keys, password);
		var context = SSLContext.getInstance("TLSv1.3");
		context.init(own.getKeyManagers(), new X509TrustManager[] { trust(keys) }, null);
		var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setHttpsConfigurator(new HttpsConfigurator(context));
		server.createContext("/", exchange -> {
			byte[] page = "a page".getBytes();
			exchange.sendResponseHeaders(200, page.length);
			exchange.getResponseBody().write(page);
			exchange.close();
		});
		server.start();
		var address = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
		var request = HttpRequest.newBuilder(address).build();
		try (var client = HttpClient.newBuilder().sslContext(context).build()) {
			var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
			System.out.println("tls: " + answer.sslSession().orElseThrow().getProtocol() + ", " + answer.body());
		}
		try (var client = HttpClient.newHttpClient()) {
			client.send(request, HttpResponse.BodyHandlers.ofString());
			System.out.println("tls: a certificate of nobody is taken");
		} catch (javax.net.ssl.SSLHandshakeException e) {
			System.out.println("tls: a certificate of nobody is refused");
		}
		server.stop(0);
	}

	public static void main(String[] args) throws Exception {
		System.out.println("java: " + Runtime.version().feature() + ", user " + System.getProperty("user.name"));
		X509Certificate[] roots = trust(null).getAcceptedIssuers();
		System.out.println("truststore: " + roots.length + " certificates");
		var noon = ZonedDateTime.of(2026, 7, 1, 12, 0, 0, 0, ZoneId.of("UTC"));
		System.out.println("zone: " + noon.withZoneSameInstant(ZoneId.of("Europe/Berlin")));
		System.out.println("default zone: " + ZoneId.systemDefault());
		Path scratch = Files.createTempFile("check", null);
		Files.writeString(scratch, "grüße");
		System.out.println("text: " + Files.readString(scratch).length() + " characters, " + System.getProperty("file.encoding"));
		Files.delete(scratch);
		System.out.println("processors: " + Runtime.getRuntime().availableProcessors());
		if (args.length > 0)
			tls(args[0]);
	}
}
