// Receives a simulator's webhooks as Interlock's door would.
export { captureWebhooks, type WebhookCapture } from '../../src/certify/capture-webhooks.ts';
