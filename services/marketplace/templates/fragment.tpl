{{%AUTOESCAPE context="HTML"}}{{>OFFER}}
