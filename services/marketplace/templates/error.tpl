{{%AUTOESCAPE context="HTML"}}<section class="plain">
  <p class="kicker">{{STATUS}}</p>
  <h1>{{HEADING}}</h1>
  <p>{{SENTENCE}}</p>
  <p><a class="button" href="/">To the front of the shop</a> <a href="/books">All books</a></p>
</section>
