{{%AUTOESCAPE context="HTML"}}<header class="listing-head">
  {{#KICKED}}<p class="kicker">{{KICKER}}</p>{{/KICKED}}
  <h1>{{HEADING}}</h1>
  <p class="quiet">{{COUNT}}</p>
  <nav class="sort" aria-label="Sort by">
    <ul>
      {{#SORT}}<li><a href="{{SORT_LINK}}"{{#SORT_CHOSEN}} aria-current="true"{{/SORT_CHOSEN}}>{{SORT_LABEL}}</a></li>{{/SORT}}
    </ul>
  </nav>
</header>
<ul class="banners">
{{>CAMPAIGN_BANNER}}
</ul>
{{#EMPTY}}<p class="note">This shelf is empty at the moment. <a href="/books">See all books</a></p>{{/EMPTY}}
<ul class="books grid">
{{>CARD}}
</ul>
{{>PAGER}}
