<?php
if (isset($_GET['count']))
	session_start();
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>It works</title>
<h1>It works</h1>
<p>This is PHP in an image made by temper: user <?= posix_geteuid() ?>, read-only root, no shell.</p>
<?php if (isset($_GET['name'])): ?>
<p>hello, <?= htmlspecialchars($_GET['name']) ?></p>
<?php endif; if (isset($_GET['count'])): ?>
<p>visit <?= $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1 ?></p>
<?php endif; if (isset($_GET['cache']) && opcache_get_status(false)['opcache_enabled']): ?>
<p>compiled code is kept</p>
<?php endif ?>
</html>
