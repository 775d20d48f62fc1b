{{%AUTOESCAPE context="HTML"}}<ul class="banners">
{{>CAMPAIGN_BANNER}}
</ul>
{{#HERO}}
<section class="hero" aria-labelledby="hero-title">
  <a class="hero-cover" href="{{LINK}}" tabindex="-1" aria-hidden="true"><img src="{{COVER}}" width="400" height="600" alt=""></a>
  <div class="hero-words">
    <h1>A good book is waiting for you.</h1>
    <p class="kicker">Book of the day</p>
    <h2 id="hero-title"><a href="{{LINK}}" lang="{{LANG}}">{{BOOK_TITLE}}</a></h2>
    <p class="hero-by">{{AUTHORS}}</p>
    <p class="hero-text" lang="{{LANG}}">{{BOOK_DESCRIPTION}}</p>
    <p><a class="button" href="{{LINK}}">Have a look{{#PRICED}} · {{PRICE}}{{/PRICED}}</a></p>
  </div>
</section>
{{/HERO}}
{{#EMPTY}}
<section class="plain">
  <h1>The shelves are still empty</h1>
  <p>Books come in with <code>octavo import</code>. As soon as the first is there, this page fills by itself.</p>
</section>
{{/EMPTY}}
{{>SHELF}}
