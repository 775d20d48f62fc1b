{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{TITLE}} · Octavo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f8f3ea" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#17130f" media="(prefers-color-scheme: dark)">
<meta name="description" content="{{DESCRIPTION}}">
{{#NOT_INDEXED}}<meta name="robots" content="noindex">{{/NOT_INDEXED}}
{{#CANONICAL}}<link rel="canonical" href="{{CANONICAL_LINK}}">{{/CANONICAL}}
{{#SHARED}}
<meta property="og:site_name" content="Octavo">
<meta property="og:type" content="{{KIND}}">
<meta property="og:title" content="{{SHARED_TITLE}}">
<meta property="og:description" content="{{DESCRIPTION}}">
<meta property="og:url" content="{{SHARED_ADDRESS}}">
{{#PICTURED}}<meta property="og:image" content="{{PICTURE}}">{{/PICTURED}}
{{/SHARED}}
{{#DATA_BLOCK}}<script type="application/ld+json">{{DATA:none}}</script>{{/DATA_BLOCK}}
<link rel="icon" href="{{ICON}}" type="image/svg+xml">
<link rel="stylesheet" href="{{STYLE}}">
<script src="{{HTMX}}" defer></script>
<script src="{{SCRIPT}}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the books</a>
<header class="top">
  <div class="bar">
    <a class="mark" href="/"><span class="mark-name">Octavo</span> <span class="mark-line">a bookshop</span></a>
    <form class="search" action="/search" method="get" role="search">
      <label class="hidden" for="q">Search by title, author or ISBN</label>
      <input id="q" name="q" type="search" value="{{QUERY}}" placeholder="Title, author or ISBN" maxlength="200"
             autocomplete="off" autocapitalize="off" spellcheck="false"
             hx-get="/suggest" hx-trigger="input changed delay:120ms" hx-target="#suggestions" hx-sync="this:replace">
      <button type="submit">Search</button>
      <div id="suggestions"></div>
    </form>
    <nav class="mine" aria-label="Yours">
      <ul>
        {{#GUEST}}<li><a href="/account/sign-in">Sign in</a></li>{{/GUEST}}
        {{#KNOWN}}<li><a href="/account">{{#NAMED}}<span class="mine-name">{{FULL_NAME}}</span><span class="hidden">: </span>{{/NAMED}}<span class="mine-word">your account</span></a></li>{{/KNOWN}}
        <li>{{>CART_LINK}}</li>
      </ul>
    </nav>
  </div>
  {{#MENU}}
  <nav class="menu" aria-label="Categories">
    <ul>
      {{#CATEGORY}}<li><a href="{{LINK}}"{{#ACTIVE}} aria-current="true"{{/ACTIVE}}>{{NAME}}</a></li>{{/CATEGORY}}
    </ul>
  </nav>
  {{/MENU}}
</header>
<main id="content">
<div class="notes" id="notes" role="status">{{>NOTE}}</div>
{{>CONTENT}}
</main>
{{#ADDS}}<form id="add" data-stays action="/cart/items" method="post"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="next" value="{{HERE}}"></form>{{/ADDS}}
<footer class="foot">
  <div>
    <p class="mark-name">Octavo</p>
    <p>An independent bookshop. Come in, look around, stay as long as you like.</p>
  </div>
  <ul>
    <li><a href="/books">All books</a></li>
    <li><a href="/books?sort=newest">New on our shelves</a></li>
    <li><a href="/search">Search</a></li>
  </ul>
  <p class="small">The covers are drawn by the shop itself. A visitor’s cookie remembers what you looked at, to suggest what
  you may like; it says nothing else about you.</p>
</footer>
</body>
</html>
