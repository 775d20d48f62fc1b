{{%AUTOESCAPE context="HTML"}}<div id="notes">{{>NOTE}}</div>
{{>CART_LINK}}
